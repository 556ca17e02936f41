/**
 * Hours of use in minutes: a mixed load, random faults, leaks and an operator at work,
 * and what they leave behind. Start with {@link io.outboundhttp.benchmarks.soak.Soak}.
 */
@NullMarked
package io.outboundhttp.benchmarks.soak;

import org.jspecify.annotations.NullMarked;
