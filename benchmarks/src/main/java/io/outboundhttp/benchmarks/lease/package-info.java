/**
 * What a lease costs, alone and under many callers. Start with
 * {@link io.outboundhttp.benchmarks.lease.LeaseBenchmark}.
 */
@NullMarked
package io.outboundhttp.benchmarks.lease;

import org.jspecify.annotations.NullMarked;
