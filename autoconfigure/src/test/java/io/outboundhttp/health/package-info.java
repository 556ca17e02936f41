/**
 * Tests for the health of clients.
 */
@NullMarked
package io.outboundhttp.health;

import org.jspecify.annotations.NullMarked;
