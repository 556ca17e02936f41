package io.outboundhttp.benchmarks.rotation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.client.RestClient;

/**
 * Measures how soon a rotated client certificate is used, and prints a table in Markdown.
 * <p>
 * Four callers of a RestClient of Boot's builder send requests to a server that asks for
 * a certificate. The file of the application's certificate is replaced, again and again;
 * Spring Boot reads it once it was left alone for 100 ms. Taken is the time from the
 * replacement until the server has answered a request with the new certificate. With the
 * starter switched off the new one must show up within five seconds too, or it counts as
 * not used.
 * <p>
 * A call that fails fails the benchmark.
 */
public final class RotationBenchmark {

	private static final int CALLERS = 4;

	private static final int MAX_ROUNDS = 1000;

	private static final long QUIET_MILLIS = 100;

	private static final Duration BOUND = Duration.ofSeconds(5);

	private final KeyStores stores;

	private final IdentityServer server;

	private RotationBenchmark(KeyStores stores, IdentityServer server) {
		this.stores = stores;
		this.server = server;
	}

	/**
	 * Run the benchmark.
	 * @param args number of rotations
	 * @throws IOException if the server does not start
	 * @throws GeneralSecurityException if the certificates cannot be made
	 * @throws InterruptedException if the benchmark is interrupted
	 * @throws ExecutionException if a call fails
	 */
	public static void main(String[] args)
			throws IOException, GeneralSecurityException, InterruptedException, ExecutionException {
		int rounds = Integer.parseInt(args[0]);
		if (rounds < 1 || rounds > MAX_ROUNDS) {
			throw new IllegalArgumentException("rounds: %d (expected: 1 to %d)".formatted(rounds, MAX_ROUNDS));
		}
		System.out.printf("Rotation: %d rotations, %d callers, Java %s, %d processors%n%n", rounds, CALLERS,
				System.getProperty("java.version"), Runtime.getRuntime().availableProcessors());
		Path directory = Files.createTempDirectory("rotation");
		KeyStores stores = KeyStores.create(directory);
		try (IdentityServer server = new IdentityServer(stores.serverContext())) {
			RotationBenchmark benchmark = new RotationBenchmark(stores, server);
			System.out
				.print("""
						| | calls | failed | ms from the replacement of the file to an answer with the new certificate: median (worst) |
						|---|---:|---:|---:|
						""");
			System.out.println(benchmark.run("plain Boot + httpclient5", false, 1));
			System.out.println(benchmark.run("outbound-http", true, rounds));
		}
		finally {
			for (Path file : Files.list(directory).toList()) {
				Files.delete(file);
			}
			Files.delete(directory);
		}
	}

	private String run(String name, boolean managed, int rounds)
			throws IOException, InterruptedException, ExecutionException {
		this.stores.rotate(KeyStores.CLIENTS.get(0));
		List<String> arguments = new ArrayList<>(List.of(this.stores.properties(QUIET_MILLIS)));
		arguments.addAll(List.of("--spring.main.banner-mode=off", "--logging.level.root=error",
				"--spring.http.clients.ssl.bundle=rotated", "--outbound-http.enabled=" + managed));
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(RotationApplication.class)
			.web(WebApplicationType.NONE)
			.run(arguments.toArray(String[]::new))) {
			RestClient client = context.getBean(RestClient.Builder.class).baseUrl(this.server.url()).build();
			ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
			AtomicLong calls = new AtomicLong();
			List<Future<?>> results = new ArrayList<>();
			for (int i = 0; i < CALLERS; i++) {
				results.add(callers.submit(() -> {
					while (!callers.isShutdown()) {
						client.get().retrieve().toBodilessEntity();
						calls.incrementAndGet();
					}
				}));
			}
			List<Long> nanos = new ArrayList<>();
			for (int round = 1; round <= rounds; round++) {
				long taken = rotate(KeyStores.CLIENTS.get(round % 2));
				if (taken >= 0) {
					nanos.add(taken);
				}
			}
			callers.shutdown();
			for (Future<?> result : results) {
				result.get();
			}
			return "| %s | %d | 0 | %s |".formatted(name, calls.get(), describe(nanos, rounds));
		}
	}

	/**
	 * Rotate the certificate, and wait until it is used.
	 * @return nanoseconds since the rotation, -1 if it is not used in time
	 */
	private long rotate(String client) throws IOException {
		long startNanos = System.nanoTime();
		this.stores.rotate(client);
		while (System.nanoTime() - startNanos < BOUND.toNanos()) {
			if (this.server.hasSeen(client, startNanos)) {
				return System.nanoTime() - startNanos;
			}
			LockSupport.parkNanos(100_000);
		}
		return -1;
	}

	private static String describe(List<Long> nanos, int rounds) {
		if (nanos.size() < rounds) {
			return "none within " + BOUND.toMillis();
		}
		long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
		Arrays.sort(sorted);
		return String.format(Locale.ROOT, "%.1f (%.1f)", sorted[sorted.length / 2] / 1e6,
				sorted[sorted.length - 1] / 1e6);
	}

}
