/**
 * What calls cost, ours beside its peers: in time, in memory, and when there are too many
 * of them. Start with {@link io.outboundhttp.benchmarks.call.CallBenchmark},
 * {@link io.outboundhttp.benchmarks.call.MemoryBenchmark} and
 * {@link io.outboundhttp.benchmarks.call.SaturationBenchmark}.
 */
@NullMarked
package io.outboundhttp.benchmarks.call;

import org.jspecify.annotations.NullMarked;
