package io.outboundhttp.benchmarks.call;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

import io.outboundhttp.benchmarks.load.Arrivals;
import io.outboundhttp.benchmarks.load.Machine;
import io.outboundhttp.benchmarks.load.ServerProcess;
import io.outboundhttp.benchmarks.load.ThreadKind;

/**
 * Measures what becomes of calls when twice as many arrive as an upstream can serve, and
 * prints a table in Markdown.
 * <p>
 * The upstream, in a process of its own, serves eight requests at a time, 20 ms each, and
 * lets the others wait: 400 per second. Eight hundred arrive per second, each on a thread
 * of its own, whether or not the others have been answered. Those that arrive within the
 * window are followed to their end; before it, they arrive for so long that all queues
 * have the length that they keep, but for plain Boot's, which has no bound within reach.
 * <p>
 * Time is taken from the moment when a call was due.
 */
public final class SaturationBenchmark {

	private static final int CONCURRENCY = 8;

	private static final int SERVICE_MILLIS = 20;

	private static final int CAPACITY = CONCURRENCY * 1000 / SERVICE_MILLIS;

	private static final Duration LEAD = Duration.ofSeconds(5);

	private static final Duration WARM_UP = Duration.ofSeconds(3);

	private static final Duration SHORT_TIMEOUT = Duration.ofMillis(250);

	/** That of ours by default. */
	private static final int CONNECTIONS = 50;

	private static final int MAX_SECONDS = 60;

	private final String url;

	private final Duration window;

	private final ThreadKind threads;

	private SaturationBenchmark(String url, Duration window, ThreadKind threads) {
		this.url = url;
		this.window = window;
		this.threads = threads;
	}

	/**
	 * Run the benchmark.
	 * @param args seconds that the window is open, and {@code platform} or
	 * {@code virtual} threads
	 * @throws IOException if the server does not start
	 * @throws InterruptedException if the benchmark is interrupted
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		int seconds = Integer.parseInt(args[0]);
		if (seconds < 1 || seconds > MAX_SECONDS) {
			throw new IllegalArgumentException("seconds: %d (expected: 1 to %d)".formatted(seconds, MAX_SECONDS));
		}
		ThreadKind threads = ThreadKind.valueOf(args[1].toUpperCase(Locale.ROOT));
		System.out.printf("Saturation: %d calls per second to an upstream that serves %d, for %d s, %s threads, %s%n%n",
				2 * CAPACITY, CAPACITY, seconds, args[1], Machine.describe());
		System.out
			.print("""
					| | answers/s | succeeded | p50 ms | p99 ms | failed | p50 ms to failure | p99 ms | with | calls at a time | CPU µs/call |
					|---|---:|---:|---:|---:|---:|---:|---:|---|---:|---:|
					""");
		try (ServerProcess server = ServerProcess.start(CONCURRENCY, SERVICE_MILLIS)) {
			new SaturationBenchmark(server.host().toURI(), Duration.ofSeconds(seconds), threads).run();
		}
	}

	private void run() throws InterruptedException {
		Map<String, Supplier<OpenPeer>> peers = new LinkedHashMap<>();
		peers.put("outbound-http", () -> managed());
		peers.put("outbound-http, max-pending 50", () -> managed("pool.max-pending=50"));
		peers.put("outbound-http, acquire-timeout 250 ms", () -> managed("pool.acquire-timeout=250ms"));
		peers.put("hc5-tuned, 3 s", () -> tuned(TunedHttpClient.ACQUIRE_TIMEOUT));
		peers.put("hc5-tuned, 250 ms", () -> tuned(SHORT_TIMEOUT));
		peers.put("Boot, HttpClient (5 connections)",
				() -> CallApplication.plain(this.url, this.threads, "http-components"));
		for (Supplier<OpenPeer> peer : peers.values()) {
			measure(peer, Duration.ZERO, WARM_UP);
		}
		for (Map.Entry<String, Supplier<OpenPeer>> peer : peers.entrySet()) {
			System.out.println(row(peer.getKey(), measure(peer.getValue(), LEAD, this.window)));
		}
	}

	private OpenPeer managed(String... settings) {
		return ManagedClient.start(this.url, this.threads, settings).toPeer();
	}

	private OpenPeer tuned(Duration acquireTimeout) {
		return TunedHttpClient.pooled(CONNECTIONS, acquireTimeout).toPeer(this.url);
	}

	private Arrivals.Outcome measure(Supplier<OpenPeer> peer, Duration lead, Duration time)
			throws InterruptedException {
		try (OpenPeer open = peer.get()) {
			Arrivals.Outcome outcome = new Arrivals(open.exchange(), this.threads.factory(), 2 * CAPACITY).measure(lead,
					time);
			open.verifyUnused();
			return outcome;
		}
	}

	private static String row(String name, Arrivals.Outcome outcome) {
		return String.format(Locale.ROOT, "| %s | %.0f | %,d | %,.0f | %,.0f | %,d | %s | %,d | %,d |", name,
				outcome.answersPerSecond(), outcome.accepted(), outcome.p50Millis(), outcome.p99Millis(),
				outcome.failed(), describeFailures(outcome), outcome.mostInProgress(), outcome.cpuMicros());
	}

	private static String describeFailures(Arrivals.Outcome outcome) {
		return (outcome.failed() == 0) ? "– | – | –" : String.format(Locale.ROOT, "%,.1f | %,.1f | %s",
				outcome.p50FailedMillis(), outcome.p99FailedMillis(), outcome.failures());
	}

}
