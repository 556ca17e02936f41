package io.outboundhttp.benchmarks.live;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

/**
 * Measures how many requests fail at upstreams that close idle connections, and prints a
 * table in Markdown.
 * <p>
 * Twenty callers, each with a route of its own, send requests at random intervals of half
 * to one and a half times the idle time of the server, with the same seed in each row.
 * Time runs ten times as fast as it says: the server closes connections after 200 ms, not
 * after 2 s. All settings are the defaults. A GET of ours that fails fails the benchmark.
 */
public final class IdleCloseBenchmark {

	private static final int IDLE_MILLIS = 200;

	/** As many as the pool of plain Boot can hold without closing others. */
	private static final int CALLERS = 20;

	private static final int MAX_REQUESTS = 100_000;

	private final int requests;

	private IdleCloseBenchmark(int requests) {
		this.requests = requests;
	}

	/**
	 * Run the benchmark.
	 * @param args requests of each caller
	 * @throws IOException if the server does not start
	 * @throws InterruptedException if the benchmark is interrupted
	 * @throws ExecutionException if a request fails in an unexpected way
	 */
	public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
		int requests = Integer.parseInt(args[0]);
		if (requests < 1 || requests > MAX_REQUESTS) {
			throw new IllegalArgumentException("requests: %d (expected: 1 to %d)".formatted(requests, MAX_REQUESTS));
		}
		System.out.printf("Idle close: %d callers, %d requests each, Java %s, %s %s, %d processors%n%n", CALLERS,
				requests, System.getProperty("java.version"), System.getProperty("os.name"),
				System.getProperty("os.arch"), Runtime.getRuntime().availableProcessors());
		System.out.print("""
				| | method | requests | errors | per 1,000 |
				|---|---|---:|---:|---:|
				""");
		IdleCloseBenchmark benchmark = new IdleCloseBenchmark(requests);
		benchmark.row("plain Boot + httpclient5", HttpMethod.GET, false);
		benchmark.row("plain Boot + httpclient5", HttpMethod.POST, false);
		int failures = benchmark.row("outbound-http", HttpMethod.GET, true);
		benchmark.row("outbound-http", HttpMethod.POST, true);
		if (failures > 0) {
			throw new IllegalStateException("%d GETs have failed (expected: none)".formatted(failures));
		}
	}

	private int row(String name, HttpMethod method, boolean managed)
			throws IOException, InterruptedException, ExecutionException {
		int failures = 0;
		ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
		try (ClosingServer server = new ClosingServer(IDLE_MILLIS);
				ConfigurableApplicationContext context = LiveApplication.start("--outbound-http.enabled=" + managed)) {
			RestClient.Builder builder = context.getBean(RestClient.Builder.class);
			List<Future<Integer>> results = new ArrayList<>();
			RestClient restClient = builder.build();
			for (int caller = 1; caller <= CALLERS; caller++) {
				String url = "http://127.0.0.%d:%d/".formatted(caller, server.port());
				Random random = new Random(caller);
				results.add(callers.submit(() -> call(restClient, method, url, random)));
			}
			for (Future<Integer> result : results) {
				failures += result.get();
			}
		}
		finally {
			callers.shutdownNow();
		}
		int all = CALLERS * this.requests;
		System.out.printf(Locale.ROOT, "| %s | %s | %,d | %,d | %.1f |%n", name, method, all, failures,
				1000.0 * failures / all);
		return failures;
	}

	private int call(RestClient restClient, HttpMethod method, String url, Random random) {
		int failures = 0;
		for (int i = 0; i < this.requests; i++) {
			try {
				RestClient.RequestBodySpec request = restClient.method(method).uri(url);
				if (method == HttpMethod.POST) {
					request.contentType(MediaType.APPLICATION_JSON).body("{}");
				}
				request.retrieve().toBodilessEntity();
			}
			catch (ResourceAccessException ex) {
				failures++;
			}
			sleep(IDLE_MILLIS / 2 + random.nextInt(IDLE_MILLIS + 1));
		}
		return failures;
	}

	private static void sleep(int millis) {
		long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
		for (long nanos = endNanos - System.nanoTime(); nanos > 0; nanos = endNanos - System.nanoTime()) {
			LockSupport.parkNanos(nanos);
		}
	}

}
