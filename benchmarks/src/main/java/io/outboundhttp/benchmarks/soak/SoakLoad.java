package io.outboundhttp.benchmarks.soak;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import io.outboundhttp.benchmarks.load.ThreadKind;

/**
 * Callers that send requests at a pace, each with faults of its own: half of them on
 * virtual threads where Java has these.
 */
final class SoakLoad {

	static final int CALLERS = 16;

	static final int REQUESTS_PER_SECOND = 400;

	private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(CALLERS) / REQUESTS_PER_SECOND;

	private static final int FIRST_VIRTUAL_THREADS = 21;

	private static final int LARGE_SHARE = 20;

	private final SoakClients clients;

	private final Outcomes outcomes;

	private final Sabotage sabotage;

	/** What the sabotage leaves behind. */
	private final Queue<byte[]> kept = new ConcurrentLinkedQueue<>();

	private volatile boolean stopped;

	SoakLoad(SoakClients clients, Outcomes outcomes, Sabotage sabotage) {
		this.clients = clients;
		this.outcomes = outcomes;
		this.sabotage = sabotage;
	}

	/**
	 * Let the callers send requests until they are told to stop.
	 * @param seed what the faults depend on
	 * @return the callers
	 */
	List<Thread> start(long seed) {
		this.stopped = false;
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < CALLERS; i++) {
			Random random = new Random(seed + i);
			boolean isVirtual = i % 2 == 1 && Runtime.version().feature() >= FIRST_VIRTUAL_THREADS;
			Thread thread = (isVirtual ? ThreadKind.VIRTUAL : ThreadKind.PLATFORM).factory()
				.newThread(() -> call(random));
			thread.setName("soak-caller-" + i);
			thread.start();
			threads.add(thread);
		}
		return threads;
	}

	/**
	 * Stop the callers, and wait for them.
	 */
	void stop(List<Thread> threads) throws InterruptedException {
		this.stopped = true;
		for (Thread thread : threads) {
			thread.join();
		}
	}

	private void call(Random random) {
		long dueNanos = System.nanoTime() + random.nextInt((int) PERIOD_NANOS);
		while (!this.stopped) {
			long waitNanos = dueNanos - System.nanoTime();
			if (waitNanos > 0) {
				java.util.concurrent.locks.LockSupport.parkNanos(waitNanos);
			}
			// who is late does not catch up, so that a pause brings no flood
			dueNanos = Math.max(dueNanos, System.nanoTime() - PERIOD_NANOS) + PERIOD_NANOS;
			Way way = Way.values()[random.nextInt(Way.values().length)];
			call(way, Fault.next(random), (random.nextInt(LARGE_SHARE) == 0) ? Soak.LARGE : Soak.SMALL);
		}
	}

	/**
	 * Send one request.
	 */
	void call(Way way, Fault fault, int size) {
		try {
			int length = way.call(this.clients, fault, size);
			if (length != size) {
				throw new IOException("body of %d bytes (expected: %d)".formatted(length, size));
			}
			this.outcomes.succeeded();
		}
		catch (IOException | RuntimeException ex) {
			this.outcomes.failed(way, fault, ex);
		}
		if (this.sabotage == Sabotage.HEAP) {
			this.kept.add(new byte[Soak.SMALL]);
		}
	}

}
