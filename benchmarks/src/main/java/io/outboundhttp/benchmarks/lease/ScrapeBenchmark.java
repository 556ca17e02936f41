package io.outboundhttp.benchmarks.lease;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.outboundhttp.benchmarks.load.Callers;
import io.outboundhttp.benchmarks.load.Rounds;
import io.outboundhttp.benchmarks.load.ServerProcess;
import io.outboundhttp.benchmarks.load.ThreadKind;
import io.outboundhttp.benchmarks.load.Window;
import io.outboundhttp.benchmarks.load.WindowTable;

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

	private static final int CALLERS = 16;

	private static final int REQUESTS_PER_SECOND = 2000;

	private ScrapeBenchmark() {
	}

	/**
	 * Run the benchmark.
	 * @param args number of counted rounds, and milliseconds that a window is open
	 * @throws IOException if a request fails
	 * @throws InterruptedException if the benchmark is interrupted
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		Rounds rounds = new Rounds(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
		System.out.printf("Scrape: %s%n%n", rounds);
		Map<ScrapedClients.Variant, ScrapedClients> clients = new EnumMap<>(ScrapedClients.Variant.class);
		try (ServerProcess server = ServerProcess.start("own");
				Callers callers = new Callers(CALLERS, ThreadKind.PLATFORM.factory(), REQUESTS_PER_SECOND)) {
			for (ScrapedClients.Variant variant : ScrapedClients.Variant.values()) {
				clients.put(variant, ScrapedClients.open(variant, server.host()));
			}
			Map<ScrapedClients.Variant, List<Window>> windows = rounds.measure(clients,
					(scraped, millis) -> measure(callers, scraped, millis));
			System.out.print(table(windows, clients));
		}
		finally {
			clients.values().forEach(ScrapedClients::close);
		}
	}

	private static Window measure(Callers callers, ScrapedClients clients, int millis)
			throws IOException, InterruptedException {
		clients.scrapes().start();
		try {
			return callers.measure(clients.exchange(), millis).verifySuccess();
		}
		finally {
			clients.scrapes().stop();
		}
	}

	private static String table(Map<ScrapedClients.Variant, List<Window>> windows,
			Map<ScrapedClients.Variant, ScrapedClients> clients) {
		return new WindowTable<>(windows).median("CPU µs/req", "%.1f", Window::cpuMicros)
			.median("p50 µs", "%,.0f", Window::p50Micros)
			.median("p99 µs", "%,.0f", Window::p99Micros)
			.ratio("p99 to no scrape (middle half)", ScrapedClients.Variant.METERS, Window::p99Micros)
			.text("series", (variant) -> Objects.requireNonNull(clients.get(variant)).series())
			.text("ms/scrape", (variant) -> Objects.requireNonNull(clients.get(variant)).scrapes().millis())
			.toMarkdown();
	}

}
