package io.outboundhttp.benchmarks.watch;

import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
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
 * Measures what it takes to look at a pool with ten thousand open leases of as many
 * routes, and what callers feel meanwhile, and prints a table in Markdown.
 * <p>
 * Sixteen callers of the same client send a steady 2,000 requests per second on one more
 * route, to a server in a process of its own. A scrape is the text format of the whole
 * registry, a health call that of all clients, a read of the endpoint that of the list of
 * clients; all of them without what a web server adds. Leaks are looked for twice a
 * second in all rows, eight times as often as by default: the time of such a sweep is all
 * processor time of our background thread. Windows take turns.
 */
public final class WatchBenchmark {

	private static final int CALLERS = 16;

	private static final int REQUESTS_PER_SECOND = 2000;

	private WatchBenchmark() {
	}

	/**
	 * Run the benchmark.
	 * @param args number of counted rounds, and milliseconds that a window is open
	 * @throws IOException if a request fails
	 * @throws InterruptedException if the benchmark is interrupted
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		Rounds rounds = new Rounds(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
		System.out.printf("Watch: %s%n%n", rounds);
		Map<List<Object>, WatchedPool> pools = new LinkedHashMap<>();
		try (ServerProcess server = ServerProcess.start("own");
				Callers callers = new Callers(CALLERS, ThreadKind.PLATFORM.factory(), REQUESTS_PER_SECOND)) {
			Map<Look, Watch> watches = new EnumMap<>(Look.class);
			for (Look look : Look.values()) {
				List<Object> key = List.of(look.leases(), look.isByRoute());
				if (!pools.containsKey(key)) {
					pools.put(key, WatchedPool.open(server.host(), look.leases(), look.isByRoute()));
				}
				watches.put(look, new Watch(Objects.requireNonNull(pools.get(key)), look));
			}
			Map<Look, List<Window>> windows = rounds.measure(watches,
					(watch, millis) -> watch.measure(callers, millis));
			System.out.print(new WindowTable<>(windows).median("CPU µs/req", "%.1f", Window::cpuMicros)
				.median("p50 µs", "%,.0f", Window::p50Micros)
				.median("p99 µs", "%,.0f", Window::p99Micros)
				.ratio("p99 to 1 route (middle half)", Look.QUIET, Window::p99Micros)
				.text("ms/look", (look) -> Objects.requireNonNull(watches.get(look)).millisPerLook())
				.text("CPU ms/sweep", (look) -> Objects.requireNonNull(watches.get(look)).millisPerSweep())
				.toMarkdown());
		}
		finally {
			pools.values().forEach(WatchedPool::close);
		}
	}

}
