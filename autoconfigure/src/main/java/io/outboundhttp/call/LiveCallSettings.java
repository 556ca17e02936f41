package io.outboundhttp.call;

/**
 * The settings of a client's calls. All HttpClients of the client read them anew for each
 * call, so that they may change while the client is in use. Safe for use by several
 * threads.
 *
 * @since 0.1.0
 */
public final class LiveCallSettings {

	private volatile CallSettings current;

	/**
	 * Create settings.
	 * @param settings what they are at first
	 */
	public LiveCallSettings(CallSettings settings) {
		this.current = settings;
	}

	/**
	 * Return the settings of now.
	 * @return the settings
	 */
	public CallSettings current() {
		return this.current;
	}

	/**
	 * Set what holds for the calls to come.
	 * @param settings the settings
	 */
	public void change(CallSettings settings) {
		this.current = settings;
	}

}
