package io.outboundhttp.benchmarks.lease;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.HttpHost;

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
 * round, the floor that any pool can reach: the median, the middle half and the worst of
 * the rounds. The p99 itself depends on the machine, and that of a pool with a contended
 * lock on luck too.
 * <p>
 * A failed request, a wrong body, or a connection that is still leased in the end fails
 * the benchmark.
 */
public final class LeaseBenchmark {

	private static final int WARM_UP_ROUNDS = 3;

	private static final int MAX_ROUNDS = 1000;

	private static final int MAX_WINDOW_MILLIS = 60_000;

	private static final List<Load> LOADS = List.of(new Load(1, 20), new Load(16, 20), new Load(128, 128),
			new Load(128, 16));

	private final HttpHost host;

	private final int rounds;

	private final int windowMillis;

	private LeaseBenchmark(HttpHost host, int rounds, int windowMillis) {
		this.host = host;
		this.rounds = rounds;
		this.windowMillis = windowMillis;
	}

	/**
	 * Run the benchmark.
	 * @param args number of counted rounds, milliseconds that a window is open, and the
	 * server: {@code nginx} or {@code own}
	 * @throws IOException if a request fails
	 * @throws InterruptedException if the benchmark is interrupted
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		int rounds = positive("rounds", args[0], MAX_ROUNDS);
		int windowMillis = positive("window", args[1], MAX_WINDOW_MILLIS);
		System.out.printf("Lease: %d rounds of %d ms, Java %s, %s %s, %d processors%n%n%s", rounds, windowMillis,
				System.getProperty("java.version"), System.getProperty("os.name"), System.getProperty("os.arch"),
				Runtime.getRuntime().availableProcessors(), WindowTable.HEAD);
		try (ServerProcess server = ServerProcess.start(args[2])) {
			LeaseBenchmark benchmark = new LeaseBenchmark(server.host(), rounds, windowMillis);
			for (Load load : LOADS) {
				System.out.print(new WindowTable(benchmark.run(load)).toMarkdown(load.toString()));
			}
		}
	}

	private static int positive(String name, String value, int max) {
		int number = Integer.parseInt(value);
		if (number < 1 || number > max) {
			throw new IllegalArgumentException("%s: %d (expected: 1 to %d)".formatted(name, number, max));
		}
		return number;
	}

	private Map<Contender, List<Window>> run(Load load) throws IOException, InterruptedException {
		Map<Contender, Connections> opened = new EnumMap<>(Contender.class);
		try (Callers callers = new Callers(load.callers(), this.host)) {
			Map<Contender, CloseableHttpClient> clients = new EnumMap<>(Contender.class);
			for (Contender contender : Contender.values()) {
				Connections connections = contender.open(load.connections());
				opened.put(contender, connections);
				clients.put(contender, client(connections));
			}
			Map<Contender, List<Window>> windows = measure(callers, clients);
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

	private Map<Contender, List<Window>> measure(Callers callers, Map<Contender, CloseableHttpClient> clients)
			throws IOException, InterruptedException {
		Map<Contender, List<Window>> windows = new EnumMap<>(Contender.class);
		List<Map.Entry<Contender, CloseableHttpClient>> turns = new ArrayList<>(clients.entrySet());
		for (int round = -WARM_UP_ROUNDS; round < this.rounds; round++) {
			for (Map.Entry<Contender, CloseableHttpClient> turn : turns) {
				Window window = callers.measure(turn.getValue(), this.windowMillis);
				if (round >= 0) {
					windows.computeIfAbsent(turn.getKey(), (contender) -> new ArrayList<>()).add(window);
				}
			}
			Collections.rotate(turns, -1);
		}
		return windows;
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
			return "%d / %d".formatted(callers(), connections());
		}

	}

}
