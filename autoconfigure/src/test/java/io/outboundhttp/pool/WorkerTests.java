package io.outboundhttp.pool;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.PoolLeakExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Worker}.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(30)
class WorkerTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(42);

	private final LinkedBlockingQueue<Long> runs = new LinkedBlockingQueue<>();

	private Worker worker = new Worker("outbound-http-worker", this.time, (nowNanos) -> {
		this.runs.add(nowNanos);
		return PoolFixture.NEVER.toNanos();
	});

	@AfterEach
	void close() {
		this.worker.close();
	}

	@Test
	void thereIsNoThreadBeforeTheFirstWake() {
		assertThat(this.leaks.threads()).isEmpty();
	}

	@Test
	void wakeRunsTheWorkOnADaemonThreadWithTheReadingOfTheClock() throws Exception {
		this.worker.wake();
		assertThat(this.runs.take()).isEqualTo(42);
		this.time.advance(Duration.ofNanos(7));
		this.worker.wake();
		await().until(() -> this.runs.take() == 49);
		assertThat(this.leaks.threads()).singleElement()
			.matches(Thread::isDaemon)
			.extracting(Thread::getName)
			.isEqualTo("outbound-http-worker");
	}

	@Test
	void workRunsAgainAfterTheDelayItReturned() throws Exception {
		CountDownLatch thrice = new CountDownLatch(3);
		this.worker = new Worker("outbound-http-worker", this.time, (nowNanos) -> {
			thrice.countDown();
			return Duration.ofMillis(1).toNanos();
		});
		this.worker.wake();
		assertThat(thrice.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void wakeDuringTheWorkIsNotLost() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.worker = new Worker("outbound-http-worker", this.time, (nowNanos) -> {
			begun.countDown();
			awaitQuietly(goOn);
			this.runs.add(nowNanos);
			return PoolFixture.NEVER.toNanos();
		});
		this.worker.wake();
		begun.await();
		this.worker.wake();
		goOn.countDown();
		this.runs.take();
		this.runs.take();
	}

	@Test
	void lookThatHangsIsLateEvenIfTheOneBeforeFoundNothing() throws Exception {
		CountDownLatch second = new CountDownLatch(2);
		CountDownLatch goOn = new CountDownLatch(1);
		this.worker = new Worker("outbound-http-worker", this.time, (nowNanos) -> {
			second.countDown();
			if (second.getCount() == 0) {
				awaitQuietly(goOn);
			}
			return Long.MAX_VALUE;
		});
		this.worker.wake();
		second.await();
		assertThat(this.worker.lateNanos(this.time.advance(Duration.ofNanos(7)))).isEqualTo(7);
		goOn.countDown();
		await().until(() -> this.worker.lateNanos(this.time.nanos()) == 0);
	}

	@Test
	void workThatIsMadeDuringALookIsNotForgotten() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.worker = new Worker("outbound-http-worker", this.time, (nowNanos) -> {
			begun.countDown();
			awaitQuietly(goOn);
			this.runs.add(nowNanos);
			return PoolFixture.NEVER.toNanos();
		});
		this.worker.wake();
		begun.await();
		this.worker.wakeWithin(Duration.ofMinutes(1).toNanos());
		goOn.countDown();
		this.runs.take();
		assertThat(this.runs.poll(10, TimeUnit.SECONDS)).as("the look that sees what was made").isNotNull();
	}

	@Test
	void workThatIsDueEarlierThanTheNextLookIsSeenInTime() throws Exception {
		this.worker.wake();
		this.runs.take();
		await().until(() -> {
			this.worker.wakeWithin(PoolFixture.NEVER.toNanos());
			return this.runs.isEmpty();
		});
		this.worker.wakeWithin(Duration.ofMinutes(1).toNanos());
		assertThat(this.runs.poll(10, TimeUnit.SECONDS)).isNotNull();
	}

	@Test
	void interruptDoesNotEndTheThread(CapturedOutput output) throws Exception {
		this.leaks.expectWarning("was interrupted by someone else");
		this.worker.wake();
		this.runs.take();
		Thread thread = this.leaks.threads().get(0);
		thread.interrupt();
		this.runs.take();
		thread.interrupt();
		this.runs.take();
		this.worker.wake();
		this.runs.take();
		assertThat(thread.isAlive()).isTrue();
		assertThat(output).contains("was interrupted by someone else; it goes on");
	}

	@Test
	void failureDoesNotEndTheThread(CapturedOutput output) throws Exception {
		this.leaks.expectWarning("Work of thread outbound-http-worker failed");
		AtomicInteger count = new AtomicInteger();
		this.worker = new Worker("outbound-http-worker", this.time, (nowNanos) -> {
			this.runs.add(nowNanos);
			switch (count.incrementAndGet()) {
				case 1 -> throw new IllegalStateException("first run");
				case 2 -> throw new StackOverflowError("second run");
				default -> {
					return PoolFixture.NEVER.toNanos();
				}
			}
		});
		for (int i = 0; i < 3; i++) {
			this.worker.wake();
			this.runs.take();
		}
		await().untilAsserted(() -> assertThat(output).contains("first run").contains("second run"));
		assertThat(this.leaks.threads()).hasSize(1);
	}

	@Test
	void failedWorkIsTriedAgainWithoutBeingWoken() throws Exception {
		this.leaks.expectWarning("Work of thread outbound-http-worker failed");
		this.worker = new Worker("outbound-http-worker", this.time, (nowNanos) -> {
			this.runs.add(nowNanos);
			throw new IllegalStateException("always");
		});
		this.worker.wake();
		this.runs.take();
		assertThat(this.runs.poll(10, TimeUnit.SECONDS)).isNotNull();
	}

	@Test
	void closeEndsTheThreadForGood() throws Exception {
		this.worker.wake();
		this.runs.take();
		this.worker.close();
		assertThat(this.leaks.threads()).isEmpty();
		this.worker.wake();
		assertThat(this.leaks.threads()).isEmpty();
		assertThat(this.runs).isEmpty();
	}

	@Test
	void closeFromTheWorkDoesNotWaitForItself() throws Exception {
		CountDownLatch closed = new CountDownLatch(1);
		this.worker = new Worker("outbound-http-worker", this.time, (nowNanos) -> {
			this.worker.close();
			closed.countDown();
			return 0;
		});
		this.worker.wake();
		assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void closeWaitsOnlyForAWhileAndSaysSo(CapturedOutput output) throws Exception {
		this.leaks.expectWarning("is still at work 2000 ms");
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.worker = new Worker("outbound-http-worker", this.time, (nowNanos) -> {
			begun.countDown();
			awaitQuietly(goOn);
			return 0;
		});
		this.worker.wake();
		begun.await();
		try {
			this.worker.close();
			assertThat(output).contains("is still at work 2000 ms after its end was asked for");
		}
		finally {
			goOn.countDown();
		}
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
