package io.outboundhttp.benchmarks.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Table in Markdown: a row for each contender, columns with the medians of its windows or
 * of their ratios to those of another contender in the same round.
 *
 * @param <C> type of the contenders
 */
public final class WindowTable<C> {

	private final Map<C, List<Window>> windows;

	private final Map<String, Function<C, String>> columns = new LinkedHashMap<>();

	/**
	 * Create a table without any column.
	 * @param windows the counted windows of each contender in the order of the rounds
	 */
	public WindowTable(Map<C, List<Window>> windows) {
		this.windows = new LinkedHashMap<>(windows);
	}

	/**
	 * Add a column with a text.
	 * @param head its head
	 * @param cell gives the text
	 * @return this table
	 */
	public WindowTable<C> text(String head, Function<C, String> cell) {
		this.columns.put(head, cell);
		return this;
	}

	/**
	 * Add a column with the median of a value.
	 * @param head its head
	 * @param format of the value
	 * @param value what to take of each window
	 * @return this table
	 */
	public WindowTable<C> median(String head, String format, ToDoubleFunction<Window> value) {
		return text(head, (contender) -> String.format(Locale.ROOT, format,
				quantile(windows(contender).stream().mapToDouble(value).toArray(), 0.5)));
	}

	/**
	 * Add a column with the sum of a value.
	 * @param head its head
	 * @param value what to take of each window
	 * @return this table
	 */
	public WindowTable<C> sum(String head, ToDoubleFunction<Window> value) {
		return text(head, (contender) -> String.format(Locale.ROOT, "%,.0f",
				windows(contender).stream().mapToDouble(value).sum()));
	}

	/**
	 * Add a column with the median and the middle half of the ratios of each round,
	 * provided that there are windows of the reference.
	 * @param head its head
	 * @param reference the contender whose ratio is 1
	 * @param value what to take of each window
	 * @return this table
	 */
	public WindowTable<C> ratio(String head, C reference, ToDoubleFunction<Window> value) {
		if (!this.windows.containsKey(reference)) {
			return this;
		}
		return text(head, (contender) -> {
			double[] ratios = ratios(windows(contender), windows(reference), value);
			return contender.equals(reference) ? "1" : String.format(Locale.ROOT, "%.2f (%.2f to %.2f)",
					quantile(ratios, 0.5), quantile(ratios, 0.25), quantile(ratios, 0.75));
		});
	}

	private static double[] ratios(List<Window> measured, List<Window> reference, ToDoubleFunction<Window> value) {
		return IntStream.range(0, measured.size())
			.mapToDouble(
					(round) -> value.applyAsDouble(measured.get(round)) / value.applyAsDouble(reference.get(round)))
			.toArray();
	}

	private List<Window> windows(C contender) {
		return this.windows.getOrDefault(contender, List.of());
	}

	/**
	 * Return the table.
	 * @return lines of Markdown
	 */
	public String toMarkdown() {
		List<String> lines = new ArrayList<>();
		lines.add(line("", this.columns.keySet()));
		lines.add("|---|" + "---:|".repeat(this.columns.size()));
		this.windows.keySet()
			.forEach((contender) -> lines.add(line(contender.toString(),
					this.columns.values().stream().map((cell) -> cell.apply(contender)).toList())));
		return String.join(System.lineSeparator(), lines) + System.lineSeparator();
	}

	private static String line(String first, Iterable<String> others) {
		StringJoiner line = new StringJoiner(" | ", "| ", " |").add(first);
		others.forEach(line::add);
		return line.toString();
	}

	/**
	 * Return a quantile, taken between two values where it falls there.
	 */
	private static double quantile(double[] values, double quantile) {
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		double position = quantile * (sorted.length - 1);
		int below = (int) position;
		int above = Math.min(below + 1, sorted.length - 1);
		return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
	}

}
