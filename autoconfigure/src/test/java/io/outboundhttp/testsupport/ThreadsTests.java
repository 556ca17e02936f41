package io.outboundhttp.testsupport;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link Threads}.
 */
@Timeout(60)
class ThreadsTests {

	private static final String PREFIX = "threads-tests-";

	@Test
	void findsThreadUntilItEnds() {
		CountDownLatch end = new CountDownLatch(1);
		Thread thread = new Thread(() -> {
			try {
				end.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}, PREFIX + "1");
		thread.setDaemon(true);
		thread.start();
		assertThat(Threads.live(PREFIX)).containsExactly(thread);
		assertThat(Threads.names(PREFIX)).containsExactly(PREFIX + "1");
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> Threads.awaitNone(PREFIX, Duration.ofMillis(50)))
			.withMessageContaining(PREFIX + "1 WAITING")
			.withMessageContaining("CountDownLatch.await");
		end.countDown();
		Threads.awaitNone(PREFIX);
		assertThat(Threads.live(PREFIX)).isEmpty();
	}

}
