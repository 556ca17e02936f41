package io.outboundhttp.sample.demo;

import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Progress of a load run. The numbers are read one after the other while the run goes on,
 * so they need not add up before it has ended.
 *
 * @param state what the run is doing
 * @param clients how many orders may be on their way at once
 * @param rps orders per second
 * @param seconds for how long
 * @param elapsedSeconds how long it has been running
 * @param sent orders that were started
 * @param ok orders that were placed
 * @param failed orders that were not, by the service and what happened
 * @param inFlight orders on their way
 * @param remaining orders not started yet; after the end: never started, since all
 * clients were busy or somebody stopped the run
 * @param p50Millis median time from when an order was due to its end, good or bad
 * @param p99Millis time that 99 of 100 orders did not exceed
 * @param lastFailure what the latest failed order had to say
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LoadReport(State state, int clients, int rps, int seconds, double elapsedSeconds, long sent, long ok,
		Map<String, Long> failed, int inFlight, long remaining, double p50Millis, double p99Millis,
		@Nullable String lastFailure) {

	static final LoadReport NONE = new LoadReport(State.IDLE, 0, 0, 0, 0, 0, 0, Map.of(), 0, 0, 0, 0, null);

	/**
	 * States of a run.
	 */
	enum State {

		/**
		 * There was no run yet.
		 */
		IDLE("idle"),

		/**
		 * Orders are started.
		 */
		RUNNING("running"),

		/**
		 * No order is started any more, some are on their way.
		 */
		ENDING("ending"),

		/**
		 * It ran its time.
		 */
		FINISHED("finished"),

		/**
		 * It was stopped.
		 */
		STOPPED("stopped");

		private final String label;

		State(String label) {
			this.label = label;
		}

		@Override
		public String toString() {
			return this.label;
		}

	}

}
