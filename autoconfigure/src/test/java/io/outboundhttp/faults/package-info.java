/**
 * Every fault through every way to call. {@link io.outboundhttp.faults.Fault} is a row of
 * the matrix, {@link io.outboundhttp.faults.FaultMatrix} runs its cells; the tables are
 * in the classes whose names end in {@code Faults}.
 */
@NullMarked
package io.outboundhttp.faults;

import org.jspecify.annotations.NullMarked;
