package io.outboundhttp.client;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Holds threads up until it is opened, whether they are interrupted or not.
 */
public final class Gate {

	private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

	private final CountDownLatch arrival = new CountDownLatch(1);

	private final CountDownLatch opened = new CountDownLatch(1);

	/**
	 * Wait until the gate is open. An interrupt is kept.
	 */
	public void pass() {
		this.arrival.countDown();
		await(this.opened);
	}

	/**
	 * Wait until somebody waits.
	 */
	public void awaitArrival() {
		await(this.arrival);
	}

	/**
	 * Open the gate for good.
	 */
	public void open() {
		this.opened.countDown();
	}

	private static void await(CountDownLatch latch) {
		boolean interrupted = false;
		boolean done = false;
		while (!done) {
			try {
				if (!latch.await(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
					throw new AssertionError("nobody came within " + LONGEST_WAIT);
				}
				done = true;
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

}
