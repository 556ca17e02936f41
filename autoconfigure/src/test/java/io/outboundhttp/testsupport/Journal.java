package io.outboundhttp.testsupport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What happened at a server, with bounded waits for more. Thread-safe: everything is
 * guarded by one lock, and each change wakes all waits.
 */
final class Journal {

	private final Lock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final List<RecordedRequest> requests = new ArrayList<>();

	private final List<Throwable> failures = new ArrayList<>();

	private int accepted;

	private int open;

	private int peakOpen;

	private int active;

	private int peakActive;

	private int failedHandshakes;

	void connectionAccepted() {
		change(() -> {
			this.open++;
			this.peakOpen = Math.max(this.peakOpen, this.open);
			return ++this.accepted;
		});
	}

	void connectionEnded(Runnable alongside) {
		change(() -> {
			alongside.run();
			return this.open--;
		});
	}

	void requestReceived(RecordedRequest request) {
		change(() -> {
			this.active++;
			this.peakActive = Math.max(this.peakActive, this.active);
			return this.requests.add(request);
		});
	}

	void exchangeEnded() {
		change(() -> this.active--);
	}

	void failed(Throwable failure) {
		change(() -> this.failures.add(failure));
	}

	void handshakeFailed() {
		change(() -> this.failedHandshakes++);
	}

	List<RecordedRequest> requests() {
		return read(() -> List.copyOf(this.requests));
	}

	List<Throwable> failures() {
		return read(() -> List.copyOf(this.failures));
	}

	int accepted() {
		return read(() -> this.accepted);
	}

	int open() {
		return read(() -> this.open);
	}

	int peakOpen() {
		return read(() -> this.peakOpen);
	}

	int peakActive() {
		return read(() -> this.peakActive);
	}

	int failedHandshakes() {
		return read(() -> this.failedHandshakes);
	}

	/**
	 * Wait until a condition holds. The condition is evaluated with the lock held, after
	 * each change.
	 * @param what what is waited for, for the message
	 * @param condition the condition
	 * @param atMost the longest wait
	 * @throws AssertionError if the condition still does not hold
	 */
	void await(String what, BooleanSupplier condition, Duration atMost) {
		this.lock.lock();
		try {
			long remainingNanos = atMost.toNanos();
			while (!condition.getAsBoolean()) {
				if (remainingNanos <= 0) {
					throw new AssertionError("Expected " + what + " within " + atMost + ", but there were " + this);
				}
				remainingNanos = this.changed.awaitNanos(remainingNanos);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting for " + what, ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	private <T> T change(Supplier<T> change) {
		this.lock.lock();
		try {
			T result = change.get();
			this.changed.signalAll();
			return result;
		}
		finally {
			this.lock.unlock();
		}
	}

	private <T> T read(Supplier<T> reader) {
		this.lock.lock();
		try {
			return reader.get();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public String toString() {
		return read(() -> this.accepted + " accepted and " + this.open + " open connections, requests " + this.requests
				+ ", failures " + this.failures);
	}

}
