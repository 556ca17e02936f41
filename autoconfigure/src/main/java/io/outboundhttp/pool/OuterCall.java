package io.outboundhttp.pool;

import org.jspecify.annotations.Nullable;

/**
 * Call of the application that may consist of several exchanges, such as that of a
 * RestClient whose interceptor retries. It tells which of its responses nobody will ever
 * read: see {@link SupersededResponses}. Used by the thread of the call; the upkeep
 * thread asks it too, after it has looked at the stack of that thread.
 *
 * @since 0.1.0
 */
public abstract class OuterCall {

	/** Latest lease that has not ended. */
	private volatile @Nullable TrackedLease latest;

	private boolean lastExchangeFailed;

	/**
	 * Create a call.
	 */
	protected OuterCall() {
	}

	/**
	 * Return an attribute that the application has set on the call.
	 * @param name name of the attribute
	 * @return its value, {@code null} if it is not set
	 */
	public abstract @Nullable Object attribute(String name);

	/**
	 * Return the template of the URI, without query and credentials.
	 * @return the template, {@code null} if there is none
	 */
	public abstract @Nullable String uriTemplate();

	/**
	 * Return whether the call has handed a response to the application.
	 * @return {@code false} as long as interceptors are at work, and for good if one of
	 * them has thrown
	 */
	protected abstract boolean hasReturned();

	/**
	 * Return whether nobody can wait for the end of this call any more.
	 * @return whether the request of the call is unreachable
	 */
	protected abstract boolean isUnreachable();

	/**
	 * Return whether interceptors stand between this call and its exchanges. A call
	 * without any has one exchange and hands its response on.
	 * @return whether there are interceptors
	 */
	protected abstract boolean hasInterceptors();

	/**
	 * Return how many calls with interceptors are under way on a thread.
	 * @param stack stack of the thread
	 * @return the number
	 */
	protected abstract int interceptedCalls(StackTraceElement[] stack);

	/**
	 * Return whether any call is under way on a thread.
	 * @param stack stack of the thread
	 * @return whether there is one
	 */
	protected abstract boolean isAnyUnderWay(StackTraceElement[] stack);

	/**
	 * Note how an exchange of this call has ended.
	 * @param failed whether there was no response
	 */
	public void exchangeEnded(boolean failed) {
		this.lastExchangeFailed = failed;
	}

	boolean isLastExchangeFailed() {
		return this.lastExchangeFailed;
	}

	boolean isOver() {
		return isUnreachable() || (this.latest == null && hasReturned());
	}

	@Nullable TrackedLease latest() {
		return this.latest;
	}

	void latest(@Nullable TrackedLease lease) {
		this.latest = lease;
	}

}
