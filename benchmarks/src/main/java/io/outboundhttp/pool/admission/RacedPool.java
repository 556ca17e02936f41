package io.outboundhttp.pool.admission;

import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Admission to connections that are mere names, for one round of a race. Nothing happens
 * to it but what the actors do: what they lose, nobody brings back.
 */
final class RacedPool implements Disposer<String> {

	private final Admission<String, String> admission;

	private final AtomicInteger disposed = new AtomicInteger();

	RacedPool(int maxPerRoute, int maxTotal) {
		this.admission = new Admission<>(maxPerRoute, maxTotal, -1, (route) -> -1, this, System::nanoTime);
	}

	@Override
	public void dispose(String item, DisposeReason reason) {
		this.disposed.incrementAndGet();
	}

	@Override
	public long idleSinceNanos(String item) {
		return 0;
	}

	Admission<String, String> admission() {
		return this.admission;
	}

	/**
	 * Take a slot without waiting and connect it.
	 */
	Slot<String> leaseConnected(String route) {
		Slot<String> slot = await(this.admission.enqueue(route, null), 0);
		if (slot == null) {
			throw new IllegalStateException("no slot for route '%s'".formatted(route));
		}
		slot.setItem(route);
		return slot;
	}

	/**
	 * Wait for a slot. Nobody interrupts an actor.
	 */
	@Nullable Slot<String> await(Waiter<String> waiter, long nanos) {
		try {
			return waiter.await(nanos);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException("interrupted", ex);
		}
	}

	/**
	 * Return how a wait stands when all actors are done. To be called before
	 * {@link #holdings()}, which would serve whom the actors have forgotten.
	 */
	String outcome(@Nullable Waiter<String> waiter) {
		if (waiter == null) {
			return "none";
		}
		return switch (waiter.status()) {
			case ASSIGNED -> "served";
			case WAITING -> "lost";
			default -> waiter.status().name();
		};
	}

	/**
	 * Return where the permits are when all actors are done, and how many connections
	 * were disposed of.
	 */
	String holdings() {
		return print(this.admission.read());
	}

	/**
	 * Return what one route counts when all actors are done, and how many connections of
	 * all routes were disposed of.
	 */
	String holdings(String route) {
		return print(this.admission.read(route));
	}

	private String print(Occupancy occupancy) {
		return "leased=%d available=%d pending=%d disposed=%d".formatted(occupancy.leased(), occupancy.available(),
				occupancy.pending(), this.disposed.get());
	}

}
