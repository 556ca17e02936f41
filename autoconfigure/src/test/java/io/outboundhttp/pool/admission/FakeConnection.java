package io.outboundhttp.pool.admission;

import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Connection to nowhere that remembers in whose hands it is. Opened and watched by a
 * {@link Referee}.
 */
final class FakeConnection {

	private final int id;

	private final String route;

	private final AtomicInteger hands = new AtomicInteger();

	private volatile long idleSinceNanos;

	private volatile @Nullable Object state;

	private volatile @Nullable DisposeReason disposed;

	FakeConnection(int id, String route) {
		this.id = id;
		this.route = route;
	}

	int id() {
		return this.id;
	}

	String route() {
		return this.route;
	}

	AtomicInteger hands() {
		return this.hands;
	}

	long idleSinceNanos() {
		return this.idleSinceNanos;
	}

	void idleSinceNanos(long idleSinceNanos) {
		this.idleSinceNanos = idleSinceNanos;
	}

	@Nullable Object state() {
		return this.state;
	}

	void state(@Nullable Object state) {
		this.state = state;
	}

	@Nullable DisposeReason disposed() {
		return this.disposed;
	}

	void disposed(DisposeReason reason) {
		this.disposed = reason;
	}

	@Override
	public String toString() {
		return this.route + this.id;
	}

}
