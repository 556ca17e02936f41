/**
 * Orders: priced on arrival, kept in memory, read back by id. Start with
 * {@link io.outboundhttp.sample.order.OrderService}.
 */
@NullMarked
package io.outboundhttp.sample.order;

import org.jspecify.annotations.NullMarked;
