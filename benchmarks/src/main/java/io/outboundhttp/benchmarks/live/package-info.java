/**
 * What the life of connections costs callers: the first request of an application, and a
 * server that closes idle connections. Start with
 * {@link io.outboundhttp.benchmarks.live.WarmUpBenchmark} and
 * {@link io.outboundhttp.benchmarks.live.IdleCloseBenchmark}.
 */
@NullMarked
package io.outboundhttp.benchmarks.live;

import org.jspecify.annotations.NullMarked;
