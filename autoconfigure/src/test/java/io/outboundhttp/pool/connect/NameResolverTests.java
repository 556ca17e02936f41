package io.outboundhttp.pool.connect;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.testsupport.Threads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link NameResolver}.
 */
@Timeout(30)
class NameResolverTests {

	private static final long LONG = Duration.ofHours(1).toNanos();

	private static final String THREADS = "outbound-http-dns-";

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private final AtomicInteger lookUps = new AtomicInteger();

	private final CountDownLatch answer = new CountDownLatch(1);

	private final NameResolver resolver = new NameResolver(this::lookUp, this.time::nanos);

	@AfterEach
	void close() {
		this.answer.countDown();
		this.resolver.close();
		Threads.awaitNone(THREADS);
	}

	private InetAddress[] lookUp(String host) throws UnknownHostException {
		this.lookUps.incrementAndGet();
		if (host.startsWith("unknown")) {
			throw new UnknownHostException(host);
		}
		if (host.startsWith("broken")) {
			throw new IllegalStateException("broken");
		}
		if (host.startsWith("slow")) {
			try {
				this.answer.await();
			}
			catch (InterruptedException ex) {
				throw new UnknownHostException("interrupted");
			}
		}
		return new InetAddress[] { InetAddress.getByAddress(host, new byte[] { 10, 0, 0, 1 }),
				InetAddress.getByAddress(host, new byte[] { 10, 0, 0, 2 }) };
	}

	private @Nullable List<InetAddress> resolve(String host) throws UnknownHostException, InterruptedException {
		return this.resolver.resolve(host, LONG, () -> true);
	}

	private <T> CompletableFuture<T> start(Callable<T> task) {
		return start(task, new ArrayList<>());
	}

	private <T> CompletableFuture<T> start(Callable<T> task, List<Thread> threads) {
		CompletableFuture<T> outcome = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try {
				outcome.complete(task.call());
			}
			catch (Throwable ex) {
				outcome.completeExceptionally(ex);
			}
		});
		thread.setDaemon(true);
		threads.add(thread);
		thread.start();
		return outcome;
	}

	@Test
	void allAddressesAreReturnedInTheirOrder() throws Exception {
		assertThat(resolve("fast.test")).extracting(InetAddress::getHostAddress)
			.containsExactly("10.0.0.1", "10.0.0.2");
	}

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "::1", "[::1]" })
	void addressIsNotLookedUp(String address) throws Exception {
		assertThat(resolve(address)).singleElement().matches(InetAddress::isLoopbackAddress);
		assertThat(this.lookUps).hasValue(0);
		assertThat(Threads.live(THREADS)).isEmpty();
	}

	@Test
	@DisplayName("T2 callers that ask for the same name share a look-up")
	void callersShareALookUp() throws Exception {
		List<CompletableFuture<List<InetAddress>>> callers = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			callers.add(start(() -> resolve("slow.test")));
		}
		await().until(() -> this.lookUps.get() == 1);
		assertThat(callers).noneMatch(CompletableFuture::isDone);
		this.answer.countDown();
		for (CompletableFuture<List<InetAddress>> caller : callers) {
			assertThat(caller.get()).hasSize(2);
		}
	}

	@Test
	void aLookUpThatIsOverIsNotRemembered() throws Exception {
		for (int i = 1; i <= 2000; i++) {
			resolve("fast.test");
			assertThat(this.lookUps).as("its thread has just given the answer").hasValue(i);
		}
	}

	@Test
	@DisplayName("T2 at most 32 look-ups are under way; who asks for one more is told at once")
	void lookUpsAreBounded() throws Exception {
		List<CompletableFuture<List<InetAddress>>> callers = new ArrayList<>();
		for (int i = 0; i < 32; i++) {
			String host = "slow" + i + ".test";
			callers.add(start(() -> resolve(host)));
		}
		await().until(() -> this.lookUps.get() == 32);
		assertThat(Threads.live(THREADS)).hasSize(32).allMatch(Thread::isDaemon);
		assertThatExceptionOfType(UnknownHostException.class).isThrownBy(() -> resolve("fast.test"))
			.withMessage("fast.test: 32 look-ups of names are under way and do not end");
		this.answer.countDown();
		for (CompletableFuture<List<InetAddress>> caller : callers) {
			assertThat(caller.get()).hasSize(2);
		}
		await().ignoreException(UnknownHostException.class).until(() -> resolve("fast.test") != null);
	}

	@Test
	void unknownHostIsToldWithTheStackOfTheCaller() {
		assertThatExceptionOfType(UnknownHostException.class).isThrownBy(() -> resolve("unknown.test"))
			.withMessage("unknown.test")
			.withCauseInstanceOf(UnknownHostException.class)
			.satisfies((exception) -> assertThat(exception.getStackTrace())
				.anyMatch((frame) -> frame.getClassName().equals(NameResolverTests.class.getName())
						&& frame.getMethodName().equals("resolve")));
	}

	@Test
	void failureOfTheLookUpIsAnUnknownHost() {
		assertThatExceptionOfType(UnknownHostException.class).isThrownBy(() -> resolve("broken.test"))
			.withMessage("broken.test: its look-up failed")
			.withCauseInstanceOf(IllegalStateException.class);
	}

	@Test
	@DisplayName("T2 who waits for a look-up that hangs stops when its time is up")
	void waitEndsInTime() throws Exception {
		CompletableFuture<Boolean> caller = start(
				() -> this.resolver.resolve("slow.test", Duration.ofSeconds(5).toNanos(), () -> true) == null);
		await().until(() -> this.lookUps.get() == 1);
		this.time.advance(Duration.ofSeconds(5).minusNanos(1));
		assertThat(caller).isNotDone();
		this.time.advance(Duration.ofNanos(1));
		assertThat(caller.get()).isTrue();
	}

	@Test
	void waitEndsOnceTheAnswerIsNotWanted() throws Exception {
		AtomicBoolean wanted = new AtomicBoolean(true);
		CompletableFuture<Boolean> caller = start(() -> this.resolver.resolve("slow.test", LONG, wanted::get) == null);
		await().until(() -> this.lookUps.get() == 1);
		wanted.set(false);
		assertThat(caller.get()).isTrue();
	}

	@Test
	void interruptEndsTheWaitOfOneCallerAlone() throws Exception {
		List<Thread> threads = new ArrayList<>();
		CompletableFuture<List<InetAddress>> interrupted = start(() -> resolve("slow.test"), threads);
		CompletableFuture<List<InetAddress>> other = start(() -> resolve("slow.test"));
		await().until(() -> this.lookUps.get() == 1);
		threads.get(0).interrupt();
		assertThat(interrupted).failsWithin(Duration.ofSeconds(10))
			.withThrowableThat()
			.withCauseInstanceOf(InterruptedException.class);
		this.answer.countDown();
		assertThat(other.get()).hasSize(2);
		assertThat(this.lookUps).hasValue(1);
	}

	@Test
	void closeEndsThreadsAndWaits() throws Exception {
		resolve("fast.test");
		CompletableFuture<List<InetAddress>> caller = start(() -> resolve("slow.test"));
		await().until(() -> this.lookUps.get() == 2);
		this.resolver.close();
		Threads.awaitNone(THREADS);
		assertThat(caller).failsWithin(Duration.ofSeconds(10))
			.withThrowableThat()
			.withCauseInstanceOf(UnknownHostException.class);
		assertThatExceptionOfType(UnknownHostException.class).isThrownBy(() -> resolve("fast.test"));
	}

}
