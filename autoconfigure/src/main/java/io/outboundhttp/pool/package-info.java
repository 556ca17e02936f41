/**
 * Pools of outbound connections and their upkeep, free of Spring. Start reading at
 * {@link io.outboundhttp.pool.ConnectionPools}, the one owner, and
 * {@link io.outboundhttp.pool.ConnectionPool}.
 */
@NullMarked
package io.outboundhttp.pool;

import org.jspecify.annotations.NullMarked;
