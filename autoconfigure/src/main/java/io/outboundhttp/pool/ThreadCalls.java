package io.outboundhttp.pool;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

/**
 * What is known of the calls of one thread. Used by that thread alone, but for
 * {@link #reference()}.
 */
final class ThreadCalls {

	private static final int MOST_CALLS = 8;

	private final WeakReference<Thread> reference = new WeakReference<>(Thread.currentThread());

	/** Calls that may not be over, the latest first. */
	private final Deque<OuterCall> outerCalls = new ArrayDeque<>(2);

	private CallContext current = CallContext.UNKNOWN;

	private @Nullable ConnectPhase connecting;

	/**
	 * Return the thread, held weakly.
	 * @return the one reference to this thread
	 */
	WeakReference<Thread> reference() {
		return this.reference;
	}

	/**
	 * Return the exchange that the thread is in.
	 * @return the context
	 */
	CallContext current() {
		return this.current;
	}

	/**
	 * Enter an exchange, or leave it by entering the one around it.
	 * @param context the context
	 * @return the context until now
	 */
	CallContext enter(CallContext context) {
		CallContext before = this.current;
		this.current = context;
		return before;
	}

	/**
	 * Return the opening of a connection that the thread is in.
	 * @return the opening or {@code null}
	 */
	@Nullable ConnectPhase connecting() {
		return this.connecting;
	}

	void connecting(@Nullable ConnectPhase connecting) {
		this.connecting = connecting;
	}

	void begin(OuterCall call) {
		this.outerCalls.removeIf(OuterCall::isOver);
		this.outerCalls.addFirst(call);
		if (this.outerCalls.size() > MOST_CALLS) {
			this.outerCalls.removeLast();
		}
	}

	/**
	 * Return the call that the thread is in: the latest that has not returned. One whose
	 * last exchange has failed counts only if there is no other and its interceptors are
	 * at work, since it has most likely failed as a whole.
	 * @return the call or {@code null}
	 */
	@Nullable OuterCall outerCall() {
		OuterCall failed = null;
		for (OuterCall call : this.outerCalls) {
			if (!call.hasReturned()) {
				if (!call.isLastExchangeFailed()) {
					return call;
				}
				failed = (failed != null) ? failed : call;
			}
		}
		boolean underWay = failed != null && failed.hasInterceptors()
				&& failed.isAnyUnderWay(Thread.currentThread().getStackTrace());
		return underWay ? failed : null;
	}

	Deque<OuterCall> outerCalls() {
		return this.outerCalls;
	}

}
