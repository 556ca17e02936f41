package io.outboundhttp.pool;

import org.jspecify.annotations.Nullable;

/**
 * The calls and exchanges that threads are in. A pool reads from it on whose behalf a
 * connection is leased. Each thread sees its own; safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class Calls {

	private final ThreadLocal<ThreadCalls> threads = ThreadLocal.withInitial(ThreadCalls::new);

	Calls() {
	}

	ThreadCalls current() {
		return this.threads.get();
	}

	/**
	 * Note that this thread begins a call.
	 * @param call the call
	 */
	public void begin(OuterCall call) {
		current().begin(call);
	}

	/**
	 * Return the call that this thread is in.
	 * @return the call, {@code null} if none is known
	 */
	public @Nullable OuterCall outerCall() {
		return current().outerCall();
	}

	/**
	 * Return the exchange that this thread is in.
	 * @return what is known of it
	 */
	public CallContext context() {
		return current().current();
	}

	/**
	 * Enter an exchange on this thread.
	 * @param context what is known of it
	 * @return what was entered before, to be {@linkplain #leave entered again} at the end
	 */
	public CallContext enter(CallContext context) {
		return current().enter(context);
	}

	/**
	 * Leave an exchange on this thread.
	 * @param before what {@link #enter} returned
	 */
	public void leave(CallContext before) {
		current().enter(before);
	}

}
