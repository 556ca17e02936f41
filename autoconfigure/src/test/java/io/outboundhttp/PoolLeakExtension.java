package io.outboundhttp;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.testsupport.Threads;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import org.springframework.context.ApplicationListener;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;

import static org.awaitility.Awaitility.await;

/**
 * JUnit extension that fails a test which leaves a leased connection, a waiting caller,
 * an open pool or one of our threads behind.
 * <p>
 * Register it as a field. A test of pools {@link #watch watches} their owner, a test of
 * contexts uses it as an initializer: it then looks when the context begins to close.
 */
public final class PoolLeakExtension implements BeforeEachCallback, AfterEachCallback,
		ApplicationContextInitializer<ConfigurableApplicationContext> {

	private static final String THREADS = "outbound-http";

	private final Set<Thread> threadsBefore = new HashSet<>();

	private final List<ConnectionPools> watched = new CopyOnWriteArrayList<>();

	private final List<ConnectionPool> seen = new CopyOnWriteArrayList<>();

	private final List<String> leaks = new CopyOnWriteArrayList<>();

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

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		context.addApplicationListener((ApplicationListener<ContextClosedEvent>) (event) -> {
			if (event.getApplicationContext() == context) {
				context.getBeanProvider(ConnectionPools.class).ifAvailable(this::inspect);
			}
		});
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		this.threadsBefore.addAll(Threads.live(THREADS));
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
		if (!problems.isEmpty()) {
			throw new AssertionError("The test left behind: " + problems);
		}
		await().alias("end of our threads").until(this::threads, List::isEmpty);
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
