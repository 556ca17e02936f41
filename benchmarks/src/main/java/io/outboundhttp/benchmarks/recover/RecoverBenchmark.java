package io.outboundhttp.benchmarks.recover;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.client.RestClient;

/**
 * Measures how long a pool stays dry whose connections were all leaked, and prints a
 * table in Markdown.
 * <p>
 * A RestClient of Boot's builder, all settings default, drops as many responses as its
 * pool has connections. Then the collector runs, and another thread sends a request: the
 * time is taken from before {@code System.gc()} until that request has succeeded. The
 * same application with the starter switched off, so with Boot's own pool of HttpClient,
 * shows that nothing else brings the connections back; it is given up after five seconds.
 * <p>
 * OkHttp, with settings of its own, drops as many responses. It knows no limit of
 * connections, so its request succeeds on one more, as it would without the collector.
 * The last column tells what is left a second later: connections that are open.
 * <p>
 * A pool that is not dry before the collector runs, or is not usable within five seconds
 * after it with the starter, fails the benchmark.
 */
public final class RecoverBenchmark {

	private static final Duration BOUND = Duration.ofSeconds(5);

	/** Connections per route that HttpClient has by default. */
	private static final int PLAIN_CONNECTIONS = 5;

	/** Our built-in. */
	private static final int MANAGED_CONNECTIONS = 50;

	private static final int MAX_ROUNDS = 1000;

	private static final double NANOS_PER_MILLI = 1_000_000;

	private final String url;

	private RecoverBenchmark(String url) {
		this.url = url;
	}

	/**
	 * Run the benchmark.
	 * @param args number of rounds
	 * @throws IOException if the server does not start
	 * @throws InterruptedException if the benchmark is interrupted
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		int rounds = Integer.parseInt(args[0]);
		if (rounds < 1 || rounds > MAX_ROUNDS) {
			throw new IllegalArgumentException("rounds: %d (expected: 1 to %d)".formatted(rounds, MAX_ROUNDS));
		}
		System.out.printf("Recover: %d rounds, Java %s, %s %s, %d processors%n%n", rounds,
				System.getProperty("java.version"), System.getProperty("os.name"), System.getProperty("os.arch"),
				Runtime.getRuntime().availableProcessors());
		try (Upstream upstream = new Upstream()) {
			RecoverBenchmark benchmark = new RecoverBenchmark(upstream.url());
			System.out
				.print("""
						| | leaked | rounds | ms from System.gc() until a request succeeds: median (worst) | open a second later |
						|---|---:|---:|---:|---:|
						""");
			System.out.println(benchmark.plain());
			System.out.println(benchmark.okHttp(rounds));
			System.out.println(benchmark.managed(rounds));
		}
	}

	private String plain() throws InterruptedException {
		try (ConfigurableApplicationContext context = start(false)) {
			RestClient restClient = restClient(context);
			leak(restClient, PLAIN_CONNECTIONS);
			Long nanos = recover(() -> restClient.get().retrieve().toBodilessEntity());
			return "| plain Boot + httpclient5 | %d | 1 | %s | – |".formatted(PLAIN_CONNECTIONS,
					(nanos != null) ? millis(nanos) : "none within " + BOUND.toMillis());
		}
	}

	private String okHttp(int rounds) throws IOException, InterruptedException {
		long[] nanos = new long[rounds];
		int open = 0;
		for (int round = 0; round < rounds; round++) {
			try (OkHttpCalls calls = new OkHttpCalls(this.url)) {
				for (int i = 0; i < MANAGED_CONNECTIONS; i++) {
					calls.leak();
				}
				Long measured = recover(calls::call);
				if (measured == null) {
					throw new IllegalStateException("no request succeeded within " + BOUND);
				}
				nanos[round] = measured;
				TimeUnit.SECONDS.sleep(1);
				open = Math.max(open, calls.connections());
			}
		}
		Arrays.sort(nanos);
		return "| OkHttp, which knows no limit | %d | %d | %s (%s) | %d |".formatted(MANAGED_CONNECTIONS, rounds,
				millis(median(nanos)), millis(nanos[rounds - 1]), open);
	}

	private String managed(int rounds) throws InterruptedException {
		try (ConfigurableApplicationContext context = start(true)) {
			RestClient restClient = restClient(context);
			ManagedPool pool = new ManagedPool(context);
			long[] nanos = new long[rounds];
			int open = 0;
			for (int round = 0; round < rounds; round++) {
				leak(restClient, 1);
				while (pool.free() > 0) {
					leak(restClient, pool.free());
				}
				Long measured = recover(() -> restClient.get().retrieve().toBodilessEntity());
				if (measured == null) {
					throw new IllegalStateException("no request succeeded within " + BOUND);
				}
				nanos[round] = measured;
				TimeUnit.SECONDS.sleep(1);
				open = Math.max(open, pool.open());
			}
			Arrays.sort(nanos);
			return "| outbound-http | %d | %d | %s (%s) | %d |".formatted(pool.max(), rounds, millis(median(nanos)),
					millis(nanos[rounds - 1]), open);
		}
	}

	private static ConfigurableApplicationContext start(boolean managed) {
		return new SpringApplicationBuilder(RecoverApplication.class).web(WebApplicationType.NONE)
			.run("--spring.main.banner-mode=off", "--logging.level.root=error", "--outbound-http.enabled=" + managed);
	}

	private RestClient restClient(ConfigurableApplicationContext context) {
		return context.getBean(RestClient.Builder.class).baseUrl(this.url).build();
	}

	/**
	 * Ask for responses and drop them.
	 */
	private static void leak(RestClient restClient, int count) {
		for (int i = 0; i < count; i++) {
			HttpStatusCode status = restClient.get().exchange((request, response) -> response.getStatusCode(), false);
			if (status == null || !status.is2xxSuccessful()) {
				throw new IllegalStateException("status: %s (expected: 2xx)".formatted(status));
			}
		}
	}

	/**
	 * Run the collector, then send a request on another thread.
	 * @return nanoseconds until it has succeeded, {@code null} if it has not within the
	 * bound
	 */
	private static @Nullable Long recover(Callable<?> call) throws InterruptedException {
		FutureTask<Long> request = new FutureTask<>(() -> {
			call.call();
			return System.nanoTime();
		});
		Thread thread = new Thread(request, "caller");
		thread.setDaemon(true);
		long startNanos = System.nanoTime();
		System.gc();
		thread.start();
		try {
			return request.get(BOUND.toMillis(), TimeUnit.MILLISECONDS) - startNanos;
		}
		catch (TimeoutException ex) {
			return null;
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("the request has failed", ex);
		}
	}

	private static long median(long[] sorted) {
		int middle = sorted.length / 2;
		return (sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
	}

	private static String millis(long nanos) {
		return String.format(Locale.ROOT, "%,.0f", nanos / NANOS_PER_MILLI);
	}

}
