/**
 * Auto-configuration for the meters of pools.
 */
@NullMarked
package io.outboundhttp.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
