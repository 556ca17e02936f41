package io.outboundhttp.faults;

import java.io.IOException;
import java.time.Duration;

import io.outboundhttp.CallTimeoutException;
import io.outboundhttp.ConnectTimeoutException;
import io.outboundhttp.ReadTimeoutException;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;

import org.springframework.web.client.RestClientException;

import static org.awaitility.Awaitility.await;

/**
 * Waits that look at once, and often: there are a thousand of them.
 */
final class Waits {

	private static final Duration LONGEST = Duration.ofSeconds(10);

	private static final int MOST_ATTEMPTS = 20;

	private Waits() {
	}

	/**
	 * Wait until a call is not too slow for its timeouts any more.
	 */
	static void untilInTime(ThrowingRunnable call) throws Throwable {
		for (int i = 0; i < MOST_ATTEMPTS; i++) {
			try {
				call.run();
				return;
			}
			catch (IOException | RestClientException ex) {
				if (!isTimeout(ex)) {
					throw ex;
				}
			}
		}
		call.run();
	}

	private static boolean isTimeout(@Nullable Throwable exception) {
		for (Throwable each = exception; each != null; each = each.getCause()) {
			if (each instanceof CallTimeoutException || each instanceof ConnectTimeoutException
					|| each instanceof ReadTimeoutException) {
				return true;
			}
		}
		return false;
	}

	static void untilAsserted(ThrowingRunnable assertion) {
		await().pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(2))
			.pollInSameThread()
			.atMost(LONGEST)
			.ignoreExceptionsInstanceOf(IOException.class)
			.untilAsserted(assertion);
	}

}
