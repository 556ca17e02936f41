package io.outboundhttp.benchmarks.lease;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Measures calls while Prometheus scrapes ten times a second, and prints a table in
 * Markdown.
 * <p>
 * Sixteen callers on twenty connections of one client send a steady 2,000 requests per
 * second to the benchmark's own server. Nineteen other clients have an idle connection
 * each, so that a scrape has something to tell. A scrape is the text format of the whole
 * registry, written to memory: what the web server adds is not measured. The windows of
 * the variants take turns, each round beginning with the next one, so that a slow second
 * of the machine hits all of them. Three first rounds are not counted.
 * <p>
 * Figures are medians of the rounds. Processor time is that of this process, the scrapes
 * included. The ratio compares the p99 with that of meters that nobody scrapes, in the
 * same round.
 */
public final class ScrapeBenchmark {

	private static final int WARM_UP_ROUNDS = 3;

	private static final int CALLERS = 16;

	private static final int REQUESTS_PER_SECOND = 2000;

	private final int rounds;

	private final int windowMillis;

	private ScrapeBenchmark(int rounds, int windowMillis) {
		this.rounds = rounds;
		this.windowMillis = windowMillis;
	}

	/**
	 * Run the benchmark.
	 * @param args number of counted rounds, and milliseconds that a window is open
	 * @throws IOException if a request fails
	 * @throws InterruptedException if the benchmark is interrupted
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		ScrapeBenchmark benchmark = new ScrapeBenchmark(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
		System.out.printf("Scrape: %d rounds of %d ms, Java %s, %s %s, %d processors%n%n", benchmark.rounds,
				benchmark.windowMillis, System.getProperty("java.version"), System.getProperty("os.name"),
				System.getProperty("os.arch"), Runtime.getRuntime().availableProcessors());
		Map<ScrapedClients.Variant, ScrapedClients> clients = new EnumMap<>(ScrapedClients.Variant.class);
		try (ServerProcess server = ServerProcess.start("own");
				Callers callers = new Callers(CALLERS, server.host(), REQUESTS_PER_SECOND)) {
			for (ScrapedClients.Variant variant : ScrapedClients.Variant.values()) {
				clients.put(variant, ScrapedClients.open(variant, server.host()));
			}
			Map<ScrapedClients.Variant, List<Window>> windows = benchmark.measure(callers, clients);
			print(windows, clients);
		}
		finally {
			clients.values().forEach(ScrapedClients::close);
		}
	}

	private Map<ScrapedClients.Variant, List<Window>> measure(Callers callers,
			Map<ScrapedClients.Variant, ScrapedClients> clients) throws IOException, InterruptedException {
		Map<ScrapedClients.Variant, List<Window>> windows = new EnumMap<>(ScrapedClients.Variant.class);
		List<Map.Entry<ScrapedClients.Variant, ScrapedClients>> turns = new ArrayList<>(clients.entrySet());
		for (int round = -WARM_UP_ROUNDS; round < this.rounds; round++) {
			for (Map.Entry<ScrapedClients.Variant, ScrapedClients> turn : turns) {
				Window window = measure(callers, turn.getValue());
				if (round >= 0) {
					windows.computeIfAbsent(turn.getKey(), (variant) -> new ArrayList<>()).add(window);
				}
			}
			Collections.rotate(turns, -1);
		}
		return windows;
	}

	private Window measure(Callers callers, ScrapedClients clients) throws IOException, InterruptedException {
		clients.startScraping();
		try {
			return callers.measure(clients.httpClient(), this.windowMillis);
		}
		finally {
			clients.stopScraping();
		}
	}

	private static void print(Map<ScrapedClients.Variant, List<Window>> windows,
			Map<ScrapedClients.Variant, ScrapedClients> clients) {
		System.out.print("""
				| | CPU µs/req | p50 µs | p99 µs | p99 to no scrape (middle half) | series | ms/scrape |
				|---|---:|---:|---:|---:|---:|---:|
				""");
		List<Window> base = windows.getOrDefault(ScrapedClients.Variant.METERS, List.of());
		windows.forEach((variant, measured) -> {
			double[] ratios = IntStream.range(0, measured.size())
				.mapToDouble((round) -> measured.get(round).p99Micros() / base.get(round).p99Micros())
				.toArray();
			ScrapedClients of = clients.get(variant);
			System.out.printf(Locale.ROOT, "| %s | %.1f | %,.0f | %,.0f | %.2f (%.2f to %.2f) | %s |%n", variant,
					WindowTable.median(measured, Window::cpuMicros), WindowTable.median(measured, Window::p50Micros),
					WindowTable.median(measured, Window::p99Micros), WindowTable.quantile(ratios, 0.5),
					WindowTable.quantile(ratios, 0.25), WindowTable.quantile(ratios, 0.75),
					(of != null) ? of.describeScrapes() : "");
		});
	}

}
