package io.outboundhttp.benchmarks.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whether everything is as it was at the start, and if not, what is different.
 */
final class Verdict {

	private final List<String> problems = new ArrayList<>();

	/**
	 * Expect something.
	 * @param isSo whether it is so
	 * @param problem what is the matter if not, a format
	 * @param args its arguments
	 * @return this verdict
	 */
	Verdict expect(boolean isSo, String problem, Object... args) {
		if (!isSo) {
			this.problems.add(String.format(Locale.ROOT, problem, args));
		}
		return this;
	}

	/**
	 * Expect that pools have given everything back, and have found every leak.
	 */
	Verdict expectQuiet(Totals totals, Leaks leaks) {
		return expect(totals.isQuiet(), "leased %d, pending %d, leaking %d (expected: none)", totals.leased(),
				totals.pending(), totals.leaking())
			.expect(totals.available() == 0, "%d idle connections after all were closed", totals.available())
			.expect(totals.refused() == 0, "the referee refused %d places (expected: none)", totals.refused())
			.expect(totals.reclaimed() >= leaks.dropped(),
					"%d connections were taken back (expected: those of %d dropped responses at least)",
					totals.reclaimed(), leaks.dropped());
	}

	/**
	 * Expect that the process holds what it held at the start.
	 */
	Verdict expectFlat(Usage start, Usage end, long heapMargin) {
		Map<String, Long> threads = end.threadsSince(start);
		double margin = heapMargin / (1024.0 * 1024);
		return expect(threads.isEmpty(), "threads that were not there at the start: %s", threads)
			.expect(end.sockets() <= start.sockets(), "%d sockets (expected: %d as at the start)", end.sockets(),
					start.sockets())
			.expect(end.heapBytes() <= start.heapBytes() + heapMargin,
					"heap of %.1f MiB (expected: at most %.1f as at the start and %.1f more)", end.heapMegabytes(),
					start.heapMegabytes(), margin);
	}

	/**
	 * Expect that callers were told of nothing but what they have asked for.
	 */
	Verdict expectExplained(Outcomes outcomes) {
		outcomes.unexpected().forEach((what, failure) -> {
			this.problems.add("a caller was told of " + what);
			failure.printStackTrace();
		});
		return expect(outcomes.requests() > 0, "no requests");
	}

	/**
	 * Return what is the matter.
	 */
	List<String> problems() {
		return List.copyOf(this.problems);
	}

}
