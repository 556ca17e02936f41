package io.outboundhttp.advice;

import java.time.Duration;
import java.util.function.Consumer;

import io.outboundhttp.advice.Advice.Level;
import io.outboundhttp.client.ClientSetting;

/**
 * Looks at how long a call may take by its parts, and as a whole.
 */
final class TimeoutLints {

	private static final double MILLIS_PER_SECOND = 1000;

	private TimeoutLints() {
	}

	static void check(ClientView client, Consumer<Advice> advice) {
		if (client.get(ClientSetting.RETRY_MAX_RETRIES) > 0) {
			retries(client, advice);
		}
		else {
			readTimeout(client, advice);
		}
	}

	/**
	 * A slow server is what eats the time of a call: waits for a connection and connects
	 * that take as long as they may are no common case. It hurts where not even one retry
	 * has its time; that the last of several has less than the first is often meant so.
	 */
	private static void retries(ClientView client, Consumer<Advice> advice) {
		int attempts = client.get(ClientSetting.RETRY_MAX_RETRIES) + 1;
		long read = client.get(ClientSetting.READ_TIMEOUT).toMillis();
		long pauses = pausesMillis(client);
		long slow = attempts * read + pauses;
		long worst = slow + attempts * (client.get(ClientSetting.CONNECT_TIMEOUT).toMillis()
				+ client.get(ClientSetting.POOL_ACQUIRE_TIMEOUT).toMillis());
		Duration call = client.get(ClientSetting.CALL_TIMEOUT);
		String sum = "%d attempts of up to %s silence each, with pauses of %s between them, make %s, and %s with the waits for connections and connects"
			.formatted(attempts, client.show(ClientSetting.READ_TIMEOUT), seconds(pauses), seconds(slow),
					seconds(worst));
		if (call.isZero()) {
			advice.accept(client.advise(Level.INFO, "retries-without-call-timeout",
					sum + ", and no call timeout ends a call before", ClientSetting.CALL_TIMEOUT));
		}
		else if (slow > call.toMillis()) {
			long oneRetry = 2 * read + client.get(ClientSetting.RETRY_DELAY).toMillis();
			advice.accept(
					client.advise((oneRetry > call.toMillis()) ? Level.WARN : Level.INFO, "retries-exceed-call-timeout",
							sum + ", but the call timeout is %s: it ends the call before the last attempts are made"
								.formatted(client.show(ClientSetting.CALL_TIMEOUT)),
							ClientSetting.CALL_TIMEOUT, ClientSetting.READ_TIMEOUT, ClientSetting.RETRY_MAX_RETRIES));
		}
	}

	private static long pausesMillis(ClientView client) {
		double longest = client.get(ClientSetting.RETRY_MAX_DELAY).toMillis();
		double pause = client.get(ClientSetting.RETRY_DELAY).toMillis();
		double pauses = 0;
		for (int retry = 0; retry < client.get(ClientSetting.RETRY_MAX_RETRIES); retry++) {
			pauses += Math.min(pause, longest);
			pause = Math.min(longest, pause * client.get(ClientSetting.RETRY_MULTIPLIER));
		}
		return Math.round(pauses);
	}

	/**
	 * A call timeout alone is enough: a built-in read timeout above it says nothing.
	 */
	private static void readTimeout(ClientView client, Consumer<Advice> advice) {
		Duration call = client.get(ClientSetting.CALL_TIMEOUT);
		if (!call.isZero() && client.isSet(ClientSetting.READ_TIMEOUT)
				&& client.get(ClientSetting.READ_TIMEOUT).compareTo(call) > 0) {
			advice.accept(client.advise(Level.INFO, "read-timeout-above-call-timeout",
					"the read timeout %s never passes, since the call timeout is %s"
						.formatted(client.show(ClientSetting.READ_TIMEOUT), client.show(ClientSetting.CALL_TIMEOUT)),
					ClientSetting.READ_TIMEOUT, ClientSetting.CALL_TIMEOUT));
		}
	}

	private static String seconds(long millis) {
		return ClientView.seconds(millis / MILLIS_PER_SECOND);
	}

}
