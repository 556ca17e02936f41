/**
 * Tests for the meters of pools.
 */
@NullMarked
package io.outboundhttp.metrics;

import org.jspecify.annotations.NullMarked;
