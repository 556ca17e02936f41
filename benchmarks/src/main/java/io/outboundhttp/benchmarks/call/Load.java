package io.outboundhttp.benchmarks.call;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import io.outboundhttp.benchmarks.load.ThreadKind;

/**
 * How many callers share how many connections.
 *
 * @param callers callers
 * @param threads what they run on
 * @param connections connections that may be open at a time
 */
record Load(int callers, ThreadKind threads, int connections) {

	private static final int MIN_CONNECTIONS = 20;

	private static final int MAX = 4096;

	Load {
		if (callers < 1 || callers > MAX || connections < 1 || connections > MAX) {
			throw new IllegalArgumentException(
					"callers/connections: %d/%d (expected: 1 to %d)".formatted(callers, connections, MAX));
		}
	}

	/**
	 * Parse a list of loads.
	 * @param list callers, or callers and connections with a slash between, separated by
	 * commas
	 * @param threads what the callers run on
	 * @return the loads
	 */
	static List<Load> parse(String list, ThreadKind threads) {
		return Arrays.stream(list.split(",")).map((load) -> parseOne(load, threads)).toList();
	}

	private static Load parseOne(String load, ThreadKind threads) {
		String[] parts = load.trim().split("/", 2);
		int callers = Integer.parseInt(parts[0]);
		return new Load(callers, threads,
				(parts.length > 1) ? Integer.parseInt(parts[1]) : Math.max(callers, MIN_CONNECTIONS));
	}

	/**
	 * Return whether callers wait for connections, so that a peer without a limit does
	 * not take part.
	 */
	boolean isShort() {
		return callers() > connections();
	}

	@Override
	public String toString() {
		return "%d callers on %s threads, %d connections".formatted(callers(),
				threads().name().toLowerCase(Locale.ROOT), connections());
	}

}
