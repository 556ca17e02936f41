package io.outboundhttp.sample.demo;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.outboundhttp.sample.web.InvalidValueException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link LoadRun}.
 */
class LoadRunTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	@Test
	void runSendsWhatWasPlannedAndLeavesNoThread() {
		LoadRun run = LoadRun.start(new LoadPlan(8, 200, 1), () -> {
		});
		assertThat(run.awaitEnd(LONG)).isTrue();
		LoadReport report = run.report();
		assertThat(report.state()).isEqualTo(LoadReport.State.FINISHED);
		assertThat(report.sent() + report.remaining()).isEqualTo(200);
		assertThat(report.sent()).isGreaterThan(100);
		assertThat(report.ok()).isEqualTo(report.sent());
		assertThat(report.inFlight()).isZero();
		Awaitility.await().untilAsserted(() -> assertThat(loadThreads()).isZero());
	}

	@Test
	void noMoreThanTheClientsRunAtOnce() {
		AtomicInteger running = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		CountDownLatch release = new CountDownLatch(1);
		LoadRun run = LoadRun.start(new LoadPlan(3, 1000, 1), () -> {
			most.accumulateAndGet(running.incrementAndGet(), Math::max);
			await(release);
			running.decrementAndGet();
		});
		Awaitility.await().until(() -> run.report().state() == LoadReport.State.ENDING);
		assertThat(run.report().inFlight()).isEqualTo(3);
		release.countDown();
		assertThat(run.awaitEnd(LONG)).isTrue();
		assertThat(most).hasValue(3);
		assertThat(run.report().sent()).isEqualTo(3);
		assertThat(run.report().remaining()).isEqualTo(997);
	}

	@Test
	void failuresAreCountedByKind() {
		LoadRun run = LoadRun.start(new LoadPlan(1, 10, 1), () -> {
			throw new IllegalStateException("no luck");
		});
		assertThat(run.awaitEnd(LONG)).isTrue();
		assertThat(run.report().failed()).containsOnlyKeys("IllegalStateException");
		assertThat(run.report().ok()).isZero();
		assertThat(run.report().lastFailure()).isEqualTo("no luck");
	}

	@Test
	void stopEndsALongRun() {
		LoadRun run = LoadRun.start(new LoadPlan(4, 1, 300), () -> {
		});
		run.stop();
		assertThat(run.awaitEnd(LONG)).isTrue();
		assertThat(run.report().state()).isEqualTo(LoadReport.State.STOPPED);
		assertThat(run.report().remaining()).isGreaterThan(290);
	}

	@Test
	void planOutOfBoundsIsRefused() {
		assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> new LoadPlan(513, 1, 1))
			.withMessageContaining("clients: 513 (expected: 1 to 512)");
		assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> new LoadPlan(1, 5001, 1))
			.withMessageContaining("rps: 5001 (expected: 1 to 5000)");
		assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> new LoadPlan(1, 1, 0))
			.withMessageContaining("seconds: 0 (expected: 1 to 300)");
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static long loadThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("load-"))
			.count();
	}

}
