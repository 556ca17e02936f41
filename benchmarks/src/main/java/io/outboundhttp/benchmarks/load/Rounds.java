package io.outboundhttp.benchmarks.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Windows that take turns, each round beginning with the next contender, so that a slow
 * second of the machine hits all of them. Three first rounds are not counted: their
 * windows are open for a second at least, and warm up all contenders alike.
 */
public final class Rounds {

	private static final int MAX_ROUNDS = 1000;

	private static final int MAX_WINDOW_MILLIS = 60_000;

	private static final int WARM_UP_ROUNDS = 5;

	private static final int WARM_UP_MILLIS = 1000;

	private final int counted;

	private final int windowMillis;

	/**
	 * Create rounds.
	 * @param counted number of counted rounds
	 * @param windowMillis milliseconds that each window is open
	 */
	public Rounds(int counted, int windowMillis) {
		this.counted = bounded("rounds", counted, MAX_ROUNDS);
		this.windowMillis = bounded("window", windowMillis, MAX_WINDOW_MILLIS);
	}

	private static int bounded(String name, int value, int max) {
		if (value < 1 || value > max) {
			throw new IllegalArgumentException("%s: %d (expected: 1 to %d)".formatted(name, value, max));
		}
		return value;
	}

	/**
	 * Measure.
	 * @param <C> type of the contenders
	 * @param <O> type of what is open of a contender
	 * @param contenders the contenders, open
	 * @param measurement measures one of them
	 * @return the counted windows of each in the order of the rounds
	 * @throws IOException if a request fails that must not
	 * @throws InterruptedException if the thread is interrupted
	 */
	public <C, O> Map<C, List<Window>> measure(Map<C, O> contenders, Measurement<O> measurement)
			throws IOException, InterruptedException {
		Map<C, List<Window>> windows = new LinkedHashMap<>();
		contenders.keySet().forEach((contender) -> windows.put(contender, new ArrayList<>()));
		List<Map.Entry<C, O>> turns = new ArrayList<>(contenders.entrySet());
		for (int round = -WARM_UP_ROUNDS; round < this.counted; round++) {
			for (Map.Entry<C, O> turn : turns) {
				if (round < 0) {
					measurement.measure(turn.getValue(), Math.max(this.windowMillis, WARM_UP_MILLIS));
				}
				else {
					windows.computeIfAbsent(turn.getKey(), (contender) -> new ArrayList<>())
						.add(measurement.measure(turn.getValue(), this.windowMillis));
				}
			}
			Collections.rotate(turns, -1);
		}
		return windows;
	}

	/**
	 * Return what is measured how often and where, for the head of a table.
	 * @return rounds, Java, system and processors
	 */
	@Override
	public String toString() {
		return "%d rounds of %d ms, %s".formatted(this.counted, this.windowMillis, Machine.describe());
	}

	/**
	 * Measures one window of a contender.
	 *
	 * @param <O> type of what is open of it
	 */
	@FunctionalInterface
	public interface Measurement<O> {

		/**
		 * Measure.
		 * @param open that whose turn it is
		 * @param millis how long the window is open
		 * @return what was measured
		 * @throws IOException if a request fails that must not
		 * @throws InterruptedException if the thread is interrupted
		 */
		Window measure(O open, int millis) throws IOException, InterruptedException;

	}

}
