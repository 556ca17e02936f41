package io.outboundhttp;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.testsupport.Threads;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import org.springframework.context.ApplicationListener;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;

/**
 * JUnit extension that fails a test which leaves a leased connection, a waiting caller,
 * an open pool or one of our threads behind.
 * <p>
 * Register it as a field. A test of pools {@link #watch watches} their owner, a test of
 * contexts uses it as an initializer: it then looks when the context begins to close.
 */
public final class PoolLeakExtension
		implements AfterEachCallback, ApplicationContextInitializer<ConfigurableApplicationContext> {

	private final List<ConnectionPools> watched = new CopyOnWriteArrayList<>();

	private final List<ConnectionPool> seen = new CopyOnWriteArrayList<>();

	private final List<String> leaks = new CopyOnWriteArrayList<>();

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
		Threads.awaitNone("outbound-http");
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
