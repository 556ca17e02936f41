package io.outboundhttp.metrics;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

/**
 * What an application exposes to Prometheus at one time.
 *
 * @param types types of the metrics by name
 * @param series all series
 */
record Scrape(Map<String, String> types, List<Series> series) {

	private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) (\\S+)$");

	private static final Pattern SERIES = Pattern.compile("(?m)^([a-zA-Z_:]\\w*)(?:\\{(.*)})? (\\S+)$");

	private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

	static Scrape parse(String text) {
		Map<String, String> types = new TreeMap<>();
		TYPE.matcher(text).results().forEach((found) -> types.put(found.group(1), found.group(2)));
		return new Scrape(types, SERIES.matcher(text).results().map((found) -> {
			Map<String, String> labels = new TreeMap<>();
			Matcher label = LABEL.matcher((found.group(2) != null) ? found.group(2) : "");
			while (label.find()) {
				labels.put(label.group(1), label.group(2));
			}
			return new Series(found.group(1), labels, Double.parseDouble(found.group(3)));
		}).toList());
	}

	/**
	 * Return our series.
	 */
	List<Series> ours() {
		return this.series.stream().filter((candidate) -> candidate.name().startsWith("outbound_")).toList();
	}

	/**
	 * Return the values of series.
	 * @param name their name
	 * @param labels labels that they have, name and value in turns
	 */
	DoubleStream values(String name, String... labels) {
		Predicate<Series> matches = (candidate) -> candidate.name().equals(name);
		for (int i = 0; i < labels.length; i += 2) {
			String label = labels[i];
			String value = labels[i + 1];
			matches = matches.and((candidate) -> value.equals(candidate.labels().get(label)));
		}
		return this.series.stream().filter(matches).mapToDouble(Series::value);
	}

	/**
	 * Return the value of the one series that matches.
	 * @param name its name
	 * @param labels labels that it has, name and value in turns
	 */
	double value(String name, String... labels) {
		double[] values = values(name, labels).toArray();
		if (values.length != 1) {
			throw new AssertionError("%s series of %s%s (expected: 1), there are: %s".formatted(values.length, name,
					List.of(labels), new TreeSet<>(this.series.stream().map(Series::toString).toList())));
		}
		return values[0];
	}

	/**
	 * One series.
	 *
	 * @param name name
	 * @param labels labels by name
	 * @param value value
	 */
	record Series(String name, Map<String, String> labels, double value) {

	}

}
