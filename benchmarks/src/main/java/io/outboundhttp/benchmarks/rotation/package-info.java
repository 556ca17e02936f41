/**
 * How soon a rotated certificate is used. Start with
 * {@link io.outboundhttp.benchmarks.rotation.RotationBenchmark}.
 */
@NullMarked
package io.outboundhttp.benchmarks.rotation;

import org.jspecify.annotations.NullMarked;
