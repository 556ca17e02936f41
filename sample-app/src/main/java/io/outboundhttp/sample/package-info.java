/**
 * The order service: an application that calls three other services. Start with
 * {@link io.outboundhttp.sample.OrderServiceApplication}.
 */
@NullMarked
package io.outboundhttp.sample;

import org.jspecify.annotations.NullMarked;
