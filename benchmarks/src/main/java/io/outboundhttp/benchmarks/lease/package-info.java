/**
 * What a lease costs, alone, under many callers, and while Prometheus scrapes. Start with
 * {@link io.outboundhttp.benchmarks.lease.LeaseBenchmark} and
 * {@link io.outboundhttp.benchmarks.lease.ScrapeBenchmark}.
 */
@NullMarked
package io.outboundhttp.benchmarks.lease;

import org.jspecify.annotations.NullMarked;
