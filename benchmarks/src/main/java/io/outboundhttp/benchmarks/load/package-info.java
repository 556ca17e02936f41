/**
 * Load on clients, and what it costs: callers, windows that take turns, and a server in a
 * process of its own. Start with {@link io.outboundhttp.benchmarks.load.Callers} and
 * {@link io.outboundhttp.benchmarks.load.Rounds}.
 */
@NullMarked
package io.outboundhttp.benchmarks.load;

import org.jspecify.annotations.NullMarked;
