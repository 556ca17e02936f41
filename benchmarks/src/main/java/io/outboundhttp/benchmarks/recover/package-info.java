/**
 * How fast a pool recovers that is leaked dry. Start with
 * {@link io.outboundhttp.benchmarks.recover.RecoverBenchmark}.
 */
@NullMarked
package io.outboundhttp.benchmarks.recover;

import org.jspecify.annotations.NullMarked;
