package io.outboundhttp.sample.demo;

import io.outboundhttp.sample.web.InvalidValueException;

/**
 * How much load, and for how long.
 *
 * @param clients how many orders may be on their way at once, 1 to 512
 * @param rps orders per second, 1 to 5,000
 * @param seconds for how long, 1 to 300
 */
record LoadPlan(int clients, int rps, int seconds) {

	LoadPlan {
		check("clients", clients, 512);
		check("rps", rps, 5000);
		check("seconds", seconds, 300);
	}

	long total() {
		return (long) this.rps * this.seconds;
	}

	private static void check(String name, int value, int max) {
		if (value < 1 || value > max) {
			throw new InvalidValueException(name, value, "1 to " + max);
		}
	}

}
