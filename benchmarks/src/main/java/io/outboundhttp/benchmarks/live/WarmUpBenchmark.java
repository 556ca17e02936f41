package io.outboundhttp.benchmarks.live;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

import io.outboundhttp.client.OutboundHttpClients;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.client.RestClient;

/**
 * Measures the first request over TLS of a fresh application, with and without
 * connections that were opened before, and prints a table in Markdown.
 * <p>
 * Each round starts an application in this process, so classes are loaded and compiled as
 * in one that runs; rounds with and without warm-up take turns. The server has a process
 * of its own on this machine: a network adds two round trips to each cold request.
 */
public final class WarmUpBenchmark {

	private static final int MAX_ROUNDS = 10_000;

	/** Rounds that only load and compile. */
	private static final int IGNORED = 10;

	private final TlsServer server;

	private WarmUpBenchmark(TlsServer server) {
		this.server = server;
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
		System.out.printf("Warm-up: %d rounds, Java %s, %s %s, %d processors%n%n", rounds,
				System.getProperty("java.version"), System.getProperty("os.name"), System.getProperty("os.arch"),
				Runtime.getRuntime().availableProcessors());
		try (TlsServer server = TlsServer.start()) {
			WarmUpBenchmark benchmark = new WarmUpBenchmark(server);
			long[] cold = new long[rounds];
			long[] warm = new long[rounds];
			for (int round = -IGNORED; round < rounds; round++) {
				long coldNanos = benchmark.firstRequest(0);
				long warmNanos = benchmark.firstRequest(1);
				if (round >= 0) {
					cold[round] = coldNanos;
					warm[round] = warmNanos;
				}
			}
			System.out.print("""
					| | ms of the first request: median (95 %) |
					|---|---:|
					""");
			print("cold (`pool.min-idle: 0`, built-in)", cold);
			print("warmed (`pool.min-idle: 1`)", warm);
		}
	}

	private static void print(String name, long[] nanos) {
		Arrays.sort(nanos);
		System.out.printf(Locale.ROOT, "| %s | %.1f (%.1f) |%n", name, nanos[nanos.length / 2] / 1e6,
				nanos[nanos.length * 95 / 100] / 1e6);
	}

	private long firstRequest(int minIdle) {
		try (ConfigurableApplicationContext context = LiveApplication.start(
				"--spring.ssl.bundle.jks.server.truststore.location=" + this.server.trustStore(),
				"--spring.ssl.bundle.jks.server.truststore.password=" + TlsServer.PASSWORD,
				"--spring.ssl.bundle.jks.server.truststore.type=PKCS12", "--outbound-http.clients.a.ssl.bundle=server",
				"--outbound-http.clients.a.base-url=" + this.server.url(),
				"--outbound-http.clients.a.pool.min-idle=" + minIdle)) {
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			// built in both cases, so that the connection alone makes the difference
			RestClient restClient = clients.restClient("a");
			if (clients.pool("a").snapshot().available() != minIdle) {
				throw new IllegalStateException("not warmed up");
			}
			long startNanos = System.nanoTime();
			restClient.get().retrieve().toBodilessEntity();
			return System.nanoTime() - startNanos;
		}
	}

}
