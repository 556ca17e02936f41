/**
 * What a call costs, ours beside its peers. Start with
 * {@link io.outboundhttp.benchmarks.call.CallBenchmark}.
 */
@NullMarked
package io.outboundhttp.benchmarks.call;

import org.jspecify.annotations.NullMarked;
