/**
 * Where a client may go: the rules of its egress policy, without the network. Start with
 * {@link io.outboundhttp.pool.egress.EgressPolicy}.
 *
 * @since 0.1.0
 */
@NullMarked
package io.outboundhttp.pool.egress;

import org.jspecify.annotations.NullMarked;
