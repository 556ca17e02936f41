package io.outboundhttp.benchmarks.soak;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import io.outboundhttp.benchmarks.load.Machine;
import io.outboundhttp.benchmarks.load.ServerProcess;
import io.outboundhttp.client.OutboundHttpClients;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Lets an application run for a while under everything that may happen to it, and fails
 * unless it then holds what it held at the start.
 * <p>
 * Sixteen callers, half of them on virtual threads where Java has these, send up to 400
 * requests per second in all ways there are to a server in a process of its own. Two of
 * five suffer a {@link Fault}, half of which is an error. Meanwhile responses are leaked
 * twice a second, dropped or held for longer than anybody should, an operator changes
 * limits, closes connections and refreshes settings, meters are scraped, and the
 * collector runs every few seconds. All that depends on a seed, which is printed; only
 * the moments do not.
 * <p>
 * The start is measured after a warm-up with the same load. What the heap may grow by is
 * measured too: thrice as much as it differs after short loads, but at least
 * {@value #MIN_MARGIN_MIB} MiB.
 */
public final class Soak {

	/** Length of most bodies. */
	static final int SMALL = 1000;

	/** Length of the others. */
	static final int LARGE = 256 * SMALL;

	private static final int MAX_SECONDS = 86_400;

	private static final int MIN_MARGIN_MIB = 3;

	private static final int BURSTS = 3;

	private static final Duration BURST = Duration.ofSeconds(2);

	private static final Duration STEP = Duration.ofMillis(500);

	private static final int STEPS_PER_COLLECTION = 6;

	private static final int STEPS_PER_LINE = 20;

	private static final Duration MAX_QUIETING = Duration.ofSeconds(30);

	private final OutboundHttpClients clients;

	private final Outcomes outcomes = new Outcomes();

	private final SoakLoad load;

	private final Leaks leaks;

	private final Operator operator;

	private long seed;

	private Soak(ConfigurableApplicationContext context, String url, long seed, Sabotage sabotage) {
		this.clients = context.getBean(OutboundHttpClients.class);
		SoakClients callable = SoakClients.of(context, url);
		this.load = new SoakLoad(callable, this.outcomes, sabotage);
		this.leaks = new Leaks(callable, seed);
		this.operator = new Operator(context, seed);
		this.seed = seed;
	}

	/**
	 * Run the soak. Exits with 1 if it is not flat.
	 * @param args how many seconds, a seed or 0 for any, and a {@link Sabotage}
	 * @throws IOException if the server does not start
	 * @throws InterruptedException if the soak is interrupted
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		int seconds = Integer.parseInt(args[0]);
		if (seconds < 1 || seconds > MAX_SECONDS) {
			throw new IllegalArgumentException("seconds: %d (expected: 1 to %d)".formatted(seconds, MAX_SECONDS));
		}
		long seed = Long.parseLong(args[1]);
		seed = (seed != 0) ? seed : System.nanoTime();
		Sabotage sabotage = Sabotage.valueOf(args[2].toUpperCase(Locale.ROOT));
		System.out.printf("Soak: %d s, %d callers, up to %d requests per second, seed %d, %s%n", seconds,
				SoakLoad.CALLERS, SoakLoad.REQUESTS_PER_SECOND, seed, Machine.describe());
		List<String> problems = run(seconds, seed, sabotage);
		problems.forEach((problem) -> System.out.println("NOT FLAT: " + problem));
		System.out.println(problems.isEmpty() ? "flat" : "failed");
		System.exit(problems.isEmpty() ? 0 : 1);
	}

	private static List<String> run(int seconds, long seed, Sabotage sabotage)
			throws IOException, InterruptedException {
		try (ServerProcess server = ServerProcess.start(FaultServer.class)) {
			String url = server.host().toURI();
			Usage before = Usage.read();
			Verdict verdict = new Verdict();
			try (ConfigurableApplicationContext context = start(url, sabotage)) {
				new Soak(context, url, seed, sabotage).run(seconds, verdict);
			}
			Usage after = Usage.read();
			return verdict
				.expect(after.sockets() <= before.sockets(), "%d sockets after the end of the application (before: %d)",
						after.sockets(), before.sockets())
				.expect(after.threads().keySet().stream().noneMatch((name) -> name.startsWith("outbound-http")),
						"threads after the end of the application: %s", after.threads())
				.problems();
		}
	}

	private static ConfigurableApplicationContext start(String url, Sabotage sabotage) {
		String defaults = "--outbound-http.defaults.";
		return new SpringApplicationBuilder(SoakApplication.class).web(WebApplicationType.NONE)
			.run("--spring.main.banner-mode=off", "--logging.level.root=error",
					"--management.endpoints.web.exposure.include=outboundhttp",
					"--management.endpoint.outboundhttp.access=unrestricted",
					"--outbound-http.clients.payments.base-url=" + url, "--outbound-http.clients.stock.base-url=" + url,
					defaults + "read-timeout=1s", defaults + "pool.acquire-timeout=3s",
					defaults + "pool.max-per-route=" + 2 * SoakLoad.CALLERS, defaults + "leak-detection.threshold=3s",
					defaults + "leak-detection.enabled=" + (sabotage != Sabotage.LEAK));
	}

	private void run(int seconds, Verdict verdict) throws InterruptedException {
		load(Duration.ofSeconds(Math.max(10, seconds / 10)), false);
		Usage start = quiet();
		if (!totals().isQuiet()) {
			// what does not begin flat need not be run for long
			verdict.expectQuiet(totals(), this.leaks);
			return;
		}
		long highest = start.heapBytes();
		long lowest = highest;
		for (int i = 0; i < BURSTS; i++) {
			load(BURST, false);
			start = quiet();
			highest = Math.max(highest, start.heapBytes());
			lowest = Math.min(lowest, start.heapBytes());
		}
		long margin = Math.max(MIN_MARGIN_MIB * 1024L * 1024, 3 * (highest - lowest));
		load(Duration.ofSeconds(seconds), true);
		Usage end = quiet();
		Totals totals = totals();
		report(start, end, totals);
		for (Way way : Way.values()) {
			this.load.call(way, Fault.NONE, SMALL);
		}
		verdict.expectQuiet(totals, this.leaks).expectFlat(start, end, margin).expectExplained(this.outcomes);
	}

	/**
	 * Let everything happen for a while.
	 */
	private void load(Duration duration, boolean isTold) throws InterruptedException {
		List<Thread> callers = this.load.start(this.seed++);
		long startNanos = System.nanoTime();
		for (int step = 1; System.nanoTime() - startNanos < duration.toNanos(); step++) {
			TimeUnit.MILLISECONDS.sleep(STEP.toMillis());
			this.leaks.step();
			this.operator.step();
			if (step % STEPS_PER_COLLECTION == 0) {
				System.gc();
			}
			if (isTold && step % STEPS_PER_LINE == 0) {
				tell(Duration.ofNanos(System.nanoTime() - startNanos));
			}
		}
		this.load.stop(callers);
		this.leaks.close();
	}

	private void tell(Duration elapsed) {
		Totals totals = totals();
		Usage usage = Usage.now();
		System.out.printf(Locale.ROOT,
				"%4d s  %,d requests, %,d errors  leased %d, idle %d, pending %d  leaks made %d, found %d, taken back %d  threads %d, sockets %d, heap %.0f MiB%n",
				elapsed.toSeconds(), this.outcomes.requests(),
				this.outcomes.errors().values().stream().mapToLong(Long::longValue).sum(), totals.leased(),
				totals.available(), totals.pending(), this.leaks.dropped() + this.leaks.held(),
				totals.suspected() + totals.abandoned(), totals.reclaimed(), usage.threadCount(), usage.sockets(),
				usage.heapMegabytes());
	}

	/**
	 * Wait until pools have everything back, close what is idle, and read what is held.
	 */
	private Usage quiet() throws InterruptedException {
		long startNanos = System.nanoTime();
		while (!totals().isQuiet() && System.nanoTime() - startNanos < MAX_QUIETING.toNanos()) {
			System.gc();
			TimeUnit.MILLISECONDS.sleep(100);
		}
		this.operator.closeIdle();
		while (totals().available() > 0 && System.nanoTime() - startNanos < MAX_QUIETING.toNanos()) {
			TimeUnit.MILLISECONDS.sleep(10);
		}
		return Usage.read();
	}

	private Totals totals() {
		return Totals.of(this.clients.openPools());
	}

	private void report(Usage start, Usage end, Totals totals) {
		System.out.printf(Locale.ROOT, """

				| | start | end |
				|---|---:|---:|
				| leased, pending, idle | 0, 0, 0 | %d, %d, %d |
				| sockets | %d | %d |
				| threads | %d | %d |
				| heap MiB | %.1f | %.1f |

				requests %,d, limits changed %d times, settings refreshed %d times
				leaks: dropped %d, held %d; found abandoned %d, suspected %d; taken back %d; refused %d
				errors by type: %s
				""", totals.leased(), totals.pending(), totals.available(), start.sockets(), end.sockets(),
				start.threadCount(), end.threadCount(), start.heapMegabytes(), end.heapMegabytes(),
				this.outcomes.requests(), this.operator.limitChanges(), this.operator.refreshes(), this.leaks.dropped(),
				this.leaks.held(), totals.abandoned(), totals.suspected(), totals.reclaimed(), totals.refused(),
				this.outcomes.errors());
	}

}
