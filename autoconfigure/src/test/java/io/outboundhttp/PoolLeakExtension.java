package io.outboundhttp;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.testsupport.LoggedWarnings;
import io.outboundhttp.testsupport.Sockets;
import io.outboundhttp.testsupport.Threads;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationListener;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;

import static org.awaitility.Awaitility.await;

/**
 * JUnit extension that fails a test which leaves a leased connection, a waiting caller,
 * an open pool, one of our threads or a connected socket behind, or a warning in the log
 * that it did not expect.
 * <p>
 * Register it as a field. A test of pools {@link #watch watches} their owner, a test of
 * contexts uses it as an initializer: it then looks when the context begins to close. A
 * test that provokes a warning {@link #expectWarning says so}.
 */
public final class PoolLeakExtension implements BeforeEachCallback, AfterEachCallback,
		ApplicationContextInitializer<ConfigurableApplicationContext> {

	private static final String THREADS = "outbound-http";

	private static final String LOGGERS = "io.outboundhttp";

	private final Set<Thread> threadsBefore = new HashSet<>();

	private final Set<String> inodesBefore = new HashSet<>();

	private final List<String> expectedWarnings = new CopyOnWriteArrayList<>();

	private final List<String> allowedWarnings = new CopyOnWriteArrayList<>();

	private final List<ConnectionPools> watched = new CopyOnWriteArrayList<>();

	private final List<ConnectionPool> seen = new CopyOnWriteArrayList<>();

	private final List<String> leaks = new CopyOnWriteArrayList<>();

	private @Nullable LoggedWarnings warnings;

	/**
	 * Return our threads that the test has started and that are alive. Test contexts that
	 * Spring caches keep theirs beyond their test.
	 * @return the threads
	 */
	public List<Thread> threads() {
		return Threads.live(THREADS).stream().filter((thread) -> !this.threadsBefore.contains(thread)).toList();
	}

	/**
	 * Watch an owner of pools, and close it after the test.
	 * @param pools the owner
	 * @return the same owner
	 */
	public ConnectionPools watch(ConnectionPools pools) {
		this.watched.add(pools);
		return pools;
	}

	/**
	 * Expect that we warn. The test fails if we do not.
	 * @param part a part of the message, or of what was thrown
	 */
	public void expectWarning(String part) {
		this.expectedWarnings.add(part);
	}

	/**
	 * Let us warn, or not.
	 * @param part a part of the message, or of what was thrown
	 */
	public void allowWarning(String part) {
		this.allowedWarnings.add(part);
	}

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		LoggedWarnings recorded = this.warnings;
		if (recorded != null) {
			recorded.attach();
		}
		context.addApplicationListener((ApplicationListener<ContextClosedEvent>) (event) -> {
			if (event.getApplicationContext() == context) {
				context.getBeanProvider(ConnectionPools.class).ifAvailable(this::inspect);
			}
		});
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		begin();
	}

	void begin() {
		this.threadsBefore.addAll(Threads.live(THREADS));
		Sockets.connected().forEach((socket) -> this.inodesBefore.add(socket.inode()));
		this.warnings = LoggedWarnings.of(LOGGERS);
	}

	@Override
	public void afterEach(ExtensionContext context) {
		verify();
	}

	void verify() {
		for (ConnectionPools pools : this.watched) {
			inspect(pools);
			pools.close();
		}
		List<String> problems = new ArrayList<>(this.leaks);
		this.seen.stream()
			.filter((pool) -> !pool.isClosed())
			.forEach((pool) -> problems.add("pool '" + pool.getName() + "' is open"));
		await().alias("end of our threads").until(this::threads, List::isEmpty);
		problems.addAll(endWarnings());
		if (problems.isEmpty()) {
			await().alias("end of the test's sockets").until(this::sockets, List::isEmpty);
		}
		if (!problems.isEmpty()) {
			throw new AssertionError("The test left behind: " + problems);
		}
	}

	private List<Sockets.Socket> sockets() {
		return Sockets.connected().stream().filter((socket) -> !this.inodesBefore.contains(socket.inode())).toList();
	}

	private List<String> endWarnings() {
		LoggedWarnings recorded = this.warnings;
		if (recorded == null) {
			return List.of();
		}
		recorded.close();
		List<String> logged = recorded.list();
		List<String> problems = new ArrayList<>();
		logged.stream()
			.filter((warning) -> this.expectedWarnings.stream().noneMatch(warning::contains)
					&& this.allowedWarnings.stream().noneMatch(warning::contains))
			.forEach((warning) -> problems.add("unexpected warning: " + warning));
		this.expectedWarnings.stream()
			.filter((expected) -> logged.stream().noneMatch((warning) -> warning.contains(expected)))
			.forEach((expected) -> problems.add("expected warning that was not logged: " + expected));
		return problems;
	}

	private void inspect(ConnectionPools pools) {
		for (ConnectionPool pool : pools.getPools()) {
			this.seen.add(pool);
			PoolSnapshot snapshot = pool.snapshot();
			if (snapshot.leased() > 0 || snapshot.pending() > 0) {
				this.leaks.add(snapshot.toString());
			}
		}
	}

}
