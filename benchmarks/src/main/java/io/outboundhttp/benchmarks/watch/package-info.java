/**
 * What it costs to look at pools that are large. Start with
 * {@link io.outboundhttp.benchmarks.watch.WatchBenchmark}.
 */
@NullMarked
package io.outboundhttp.benchmarks.watch;

import org.jspecify.annotations.NullMarked;
