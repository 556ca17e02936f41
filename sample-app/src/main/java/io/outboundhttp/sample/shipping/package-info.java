/**
 * Price and time of a delivery, asked from the shipping service through a
 * {@code RestTemplate}.
 */
@NullMarked
package io.outboundhttp.sample.shipping;

import org.jspecify.annotations.NullMarked;
