package io.outboundhttp.benchmarks.watch;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

import io.outboundhttp.benchmarks.load.Exchange;
import io.outboundhttp.benchmarks.load.HttpClientExchange;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.PoolSnapshot;
import org.apache.hc.core5.http.HttpHost;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Application with a client that has leases of many routes.
 */
final class WatchedPool implements AutoCloseable {

	/** Leaks are looked for four times until the threshold. */
	static final int SWEEPS_PER_SECOND = 2;

	private static final String CLIENT = "upstream";

	private static final int MAX_PER_ROUTE = 20;

	private static final String UPKEEP = "outbound-http-upkeep";

	private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

	private final ConfigurableApplicationContext context;

	private final HttpHost host;

	private final long upkeepThread;

	private WatchedPool(ConfigurableApplicationContext context, HttpHost host, long upkeepThread) {
		this.context = context;
		this.host = host;
		this.upkeepThread = upkeepThread;
	}

	/**
	 * Start the application.
	 * @param host the server
	 * @param leases how many leases are open, each of a route of its own
	 * @param isByRoute whether meters carry the route
	 */
	static WatchedPool open(HttpHost host, int leases, boolean isByRoute) throws IOException {
		Set<Long> before = upkeepThreads();
		String client = "--outbound-http.clients." + CLIENT + ".";
		ConfigurableApplicationContext context = new SpringApplicationBuilder(WatchApplication.class)
			.web(WebApplicationType.NONE)
			.run("--spring.main.banner-mode=off", "--logging.level.root=error",
					"--management.endpoints.web.exposure.include=outboundhttp",
					"--outbound-http.metrics.route-tag.enabled=" + isByRoute, client + "base-url=" + host.toURI(),
					client + "pool.max-per-route=" + MAX_PER_ROUTE,
					client + "pool.max-total=" + (leases + MAX_PER_ROUTE),
					client + "leak-detection.threshold=" + 4000 / SWEEPS_PER_SECOND + "ms");
		OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
		context.getBean(HeldLeases.class).open(clients.httpClient(CLIENT), leases);
		PoolSnapshot snapshot = clients.pool(CLIENT).snapshot();
		if (snapshot.leased() != leases || snapshot.routes().size() != leases) {
			throw new IllegalStateException("%d leases of %d routes (expected: %d)".formatted(snapshot.leased(),
					snapshot.routes().size(), leases));
		}
		Set<Long> started = upkeepThreads();
		started.removeAll(before);
		return new WatchedPool(context, host, started.iterator().next());
	}

	private static Set<Long> upkeepThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals(UPKEEP))
			.map(Thread::getId)
			.collect(Collectors.toCollection(HashSet::new));
	}

	/**
	 * Return what calls the server.
	 */
	Exchange exchange() {
		return new HttpClientExchange(this.context.getBean(OutboundHttpClients.class).httpClient(CLIENT), this.host);
	}

	ApplicationContext context() {
		return this.context;
	}

	/**
	 * Return the processor time that the background work has taken so far.
	 */
	long upkeepNanos() {
		return THREADS.getThreadCpuTime(this.upkeepThread);
	}

	@Override
	public void close() {
		this.context.getBean(HeldLeases.class).close();
		PoolSnapshot snapshot = this.context.getBean(OutboundHttpClients.class).pool(CLIENT).snapshot();
		this.context.close();
		if (snapshot.leased() != 0 || snapshot.pending() != 0) {
			throw new IllegalStateException("after use: %d leased, %d pending (expected: none)"
				.formatted(snapshot.leased(), snapshot.pending()));
		}
	}

}
