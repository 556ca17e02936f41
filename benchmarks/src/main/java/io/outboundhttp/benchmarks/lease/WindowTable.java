package io.outboundhttp.benchmarks.lease;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Rows of a table with the medians of the windows of each contender.
 */
final class WindowTable {

	static final String HEAD = """
			| callers / connections | | req/s | CPU µs/req | B/req | p50 µs | p99 µs | p99.9 µs \
			| p99 to no pool (middle half, worst) |
			|---|---|---:|---:|---:|---:|---:|---:|---:|
			""";

	private final Map<Contender, List<Window>> windows;

	WindowTable(Map<Contender, List<Window>> windows) {
		this.windows = windows;
	}

	String toMarkdown(String load) {
		StringBuilder rows = new StringBuilder();
		this.windows.forEach((contender, measured) -> {
			double[] ratios = ratios(measured);
			rows.append(String.format(Locale.ROOT,
					"| %s | %s | %,.0f | %.1f | %,.0f | %,.0f | %,.0f | %,.0f | %.2f (%.2f to %.2f, %.2f) |%n", load,
					contender, median(measured, Window::requestsPerSecond), median(measured, Window::cpuMicros),
					median(measured, Window::bytes), median(measured, Window::p50Micros),
					median(measured, Window::p99Micros), median(measured, Window::p999Micros), quantile(ratios, 0.5),
					quantile(ratios, 0.25), quantile(ratios, 0.75), quantile(ratios, 1)));
		});
		return rows.toString();
	}

	private double[] ratios(List<Window> measured) {
		List<Window> floor = this.windows.getOrDefault(Contender.NO_POOL, List.of());
		return IntStream.range(0, measured.size())
			.mapToDouble((round) -> measured.get(round).p99Micros() / floor.get(round).p99Micros())
			.toArray();
	}

	static double median(List<Window> measured, ToDoubleFunction<Window> value) {
		return quantile(measured.stream().mapToDouble(value).toArray(), 0.5);
	}

	/**
	 * Return a quantile, taken between two values where it falls there.
	 */
	static double quantile(double[] values, double quantile) {
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		double position = quantile * (sorted.length - 1);
		int below = (int) position;
		int above = Math.min(below + 1, sorted.length - 1);
		return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
	}

}
