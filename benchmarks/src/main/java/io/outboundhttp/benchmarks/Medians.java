package io.outboundhttp.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Table of what the variants cost: median, the middle half of all starts, and the ratio
 * of the median to that of plain Boot.
 */
final class Medians {

	private static final double NANOS_PER_MILLI = 1_000_000;

	private final Map<Variant, List<StartCost>> costs;

	Medians(Map<Variant, List<StartCost>> costs) {
		this.costs = costs;
	}

	String toMarkdown() {
		StringBuilder table = new StringBuilder();
		table.append("| | wall ms (middle half) | ratio | CPU ms (middle half) | ratio |%n".formatted());
		table.append("|---|---:|---:|---:|---:|%n".formatted());
		for (Variant variant : this.costs.keySet()) {
			table.append("| %s | %s | %s |%n".formatted(variant, cells(variant, StartCost::wallNanos),
					cells(variant, StartCost::cpuNanos)));
		}
		return table.toString();
	}

	private String cells(Variant variant, ToLongFunction<StartCost> value) {
		double median = quantile(variant, value, 0.5);
		return String.format(Locale.ROOT, "%.0f (%.0f to %.0f) | %.2f", median, quantile(variant, value, 0.25),
				quantile(variant, value, 0.75), median / quantile(Variant.PLAIN, value, 0.5));
	}

	/**
	 * Return a quantile in milliseconds, taken between two values where it falls there.
	 */
	private double quantile(Variant variant, ToLongFunction<StartCost> value, double quantile) {
		long[] sorted = this.costs.getOrDefault(variant, List.of()).stream().mapToLong(value).sorted().toArray();
		double position = quantile * (sorted.length - 1);
		int below = (int) position;
		int above = Math.min(below + 1, sorted.length - 1);
		return (sorted[below] + (position - below) * (sorted[above] - sorted[below])) / NANOS_PER_MILLI;
	}

}
