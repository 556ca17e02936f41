/**
 * Auto-configuration for the health of outbound HTTP clients.
 */
@NullMarked
package io.outboundhttp.autoconfigure.health;

import org.jspecify.annotations.NullMarked;
