package io.outboundhttp.benchmarks.lease;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.HttpHost;

import io.outboundhttp.benchmarks.load.Callers;
import io.outboundhttp.benchmarks.load.Exchange;
import io.outboundhttp.benchmarks.load.HttpClientExchange;
import io.outboundhttp.benchmarks.load.Rounds;
import io.outboundhttp.benchmarks.load.ServerProcess;
import io.outboundhttp.benchmarks.load.ThreadKind;
import io.outboundhttp.benchmarks.load.Window;
import io.outboundhttp.benchmarks.load.WindowTable;

/**
 * Measures requests of many callers through a pool, and prints a table in Markdown.
 * <p>
 * All {@link Contender contenders} get the same HttpClient, the same callers and the same
 * server: a process of its own on the loopback address that answers every GET with about
 * one kilobyte. That is a small one with one thread, or nginx, which uses all processors
 * and so makes the figures less steady. The windows of the contenders take turns, each
 * round beginning with the next one, so that a slow second of the machine hits all of
 * them. Three first rounds are not counted.
 * <p>
 * Figures are medians of the rounds. Processor time is that of this process, compiler and
 * garbage collector included, without the server. Latency is taken around the whole call,
 * the body read. The last column compares the p99 with that of "no pool" in the same
 * round, the floor that any pool can reach: the median and the middle half of the rounds.
 * The p99 itself depends on the machine, and that of a pool with a contended lock on luck
 * too.
 * <p>
 * A failed request, a wrong body, or a connection that is still leased in the end fails
 * the benchmark.
 */
public final class LeaseBenchmark {

	private static final List<Load> LOADS = List.of(new Load(1, 20), new Load(16, 20), new Load(128, 128),
			new Load(128, 16));

	private final HttpHost host;

	private final Rounds rounds;

	private LeaseBenchmark(HttpHost host, Rounds rounds) {
		this.host = host;
		this.rounds = rounds;
	}

	/**
	 * Run the benchmark.
	 * @param args number of counted rounds, milliseconds that a window is open, and the
	 * server: {@code nginx} or {@code own}
	 * @throws IOException if a request fails
	 * @throws InterruptedException if the benchmark is interrupted
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		Rounds rounds = new Rounds(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
		System.out.printf("Lease: %s%n", rounds);
		try (ServerProcess server = ServerProcess.start(args[2])) {
			LeaseBenchmark benchmark = new LeaseBenchmark(server.host(), rounds);
			for (Load load : LOADS) {
				System.out.printf("%n%s%n%n%s", load, table(benchmark.run(load)));
			}
		}
	}

	private static String table(Map<Contender, List<Window>> windows) {
		return new WindowTable<>(windows).median("req/s", "%,.0f", Window::requestsPerSecond)
			.median("CPU µs/req", "%.1f", Window::cpuMicros)
			.median("B/req", "%,.0f", Window::bytes)
			.median("p50 µs", "%,.0f", Window::p50Micros)
			.median("p99 µs", "%,.0f", Window::p99Micros)
			.median("p99.9 µs", "%,.0f", Window::p999Micros)
			.ratio("p99 to no pool (middle half)", Contender.NO_POOL, Window::p99Micros)
			.toMarkdown();
	}

	private Map<Contender, List<Window>> run(Load load) throws IOException, InterruptedException {
		Map<Contender, Connections> opened = new EnumMap<>(Contender.class);
		try (Callers callers = new Callers(load.callers(), ThreadKind.PLATFORM.factory())) {
			Map<Contender, Exchange> clients = new EnumMap<>(Contender.class);
			for (Contender contender : Contender.values()) {
				Connections connections = contender.open(load.connections());
				opened.put(contender, connections);
				clients.put(contender, new HttpClientExchange(client(connections), this.host));
			}
			Map<Contender, List<Window>> windows = this.rounds.measure(clients,
					(exchange, millis) -> callers.measure(exchange, millis).verifySuccess());
			opened.values().forEach(Connections::verifyUnused);
			return windows;
		}
		finally {
			opened.values().forEach(Connections::close);
		}
	}

	private static CloseableHttpClient client(Connections connections) {
		return HttpClients.custom()
			.setConnectionManager(connections.manager())
			.setConnectionManagerShared(true)
			.disableAutomaticRetries()
			.build();
	}

	/**
	 * How many callers share how many connections.
	 *
	 * @param callers callers
	 * @param connections connections
	 */
	private record Load(int callers, int connections) {

		@Override
		public String toString() {
			return "%d callers, %d connections".formatted(callers(), connections());
		}

	}

}
