package io.outboundhttp.pool.admission;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * Permit of a route, with or without a connection. Whoever holds a slot may change it;
 * nobody else may.
 *
 * @param <I> the type of what a slot carries
 * @since 0.1.0
 */
public final class Slot<I> {

	private static final VarHandle HELD;

	static {
		try {
			HELD = MethodHandles.lookup().findVarHandle(Slot.class, "held", boolean.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final AdmissionRoute<?, I> route;

	private @Nullable I item;

	private @Nullable Object state;

	/** Evicted item of another slot, to be disposed of before this slot is used. */
	private @Nullable I evicted;

	/**
	 * Route that still counts the evicted item, {@code null} if it is that of the slot.
	 */
	private @Nullable AdmissionRoute<?, I> evictedFrom;

	@SuppressWarnings("unused") // through HELD
	private volatile boolean held = true;

	Slot(AdmissionRoute<?, I> route) {
		this.route = route;
	}

	/**
	 * Return the connection of this slot.
	 * @return the connection or {@code null} if one has to be opened
	 */
	public @Nullable I getItem() {
		return this.item;
	}

	/**
	 * Set the connection of this slot.
	 * @param item the connection, {@code null} once it is disposed of
	 */
	public void setItem(@Nullable I item) {
		this.item = item;
	}

	/**
	 * Return the state of the connection, such as the user that it is authenticated for.
	 * @return the state or {@code null} for none
	 */
	public @Nullable Object getState() {
		return this.state;
	}

	/**
	 * Set the state of the connection. A connection with a state is handed out for an
	 * equal state only.
	 * @param state the state or {@code null} for none
	 */
	public void setState(@Nullable Object state) {
		this.state = state;
	}

	AdmissionRoute<?, I> route() {
		return this.route;
	}

	@Nullable I evicted() {
		return this.evicted;
	}

	@Nullable AdmissionRoute<?, I> evictedFrom() {
		return this.evictedFrom;
	}

	void setEvicted(@Nullable I evicted, @Nullable AdmissionRoute<?, I> from) {
		this.evicted = evicted;
		this.evictedFrom = from;
	}

	/**
	 * Note that the slot is in someone's hands. Called by its one owner.
	 */
	void hold() {
		this.held = true;
	}

	/**
	 * Note that the slot is in nobody's hands.
	 * @return whether it was in someone's before
	 */
	boolean letGo() {
		return HELD.compareAndSet(this, true, false);
	}

}
