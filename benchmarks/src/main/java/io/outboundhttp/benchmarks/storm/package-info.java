/**
 * What retries do to an upstream in trouble. Start with
 * {@link io.outboundhttp.benchmarks.storm.StormBenchmark}.
 */
@NullMarked
package io.outboundhttp.benchmarks.storm;

import org.jspecify.annotations.NullMarked;
