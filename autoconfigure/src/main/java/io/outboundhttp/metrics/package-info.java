/**
 * Meters of pools. All of Micrometer that there is in this library is here.
 */
@NullMarked
package io.outboundhttp.metrics;

import org.jspecify.annotations.NullMarked;
