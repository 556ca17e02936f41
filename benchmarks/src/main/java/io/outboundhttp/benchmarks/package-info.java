/**
 * What managed outbound HTTP costs. Start with
 * {@link io.outboundhttp.benchmarks.ContextStartBenchmark}.
 */
@NullMarked
package io.outboundhttp.benchmarks;

import org.jspecify.annotations.NullMarked;
