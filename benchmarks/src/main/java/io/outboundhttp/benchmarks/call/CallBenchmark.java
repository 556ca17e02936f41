package io.outboundhttp.benchmarks.call;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.apache.hc.core5.http.HttpHost;

import io.outboundhttp.benchmarks.load.AnsweringSocket;
import io.outboundhttp.benchmarks.load.Callers;
import io.outboundhttp.benchmarks.load.Rounds;
import io.outboundhttp.benchmarks.load.ServerProcess;
import io.outboundhttp.benchmarks.load.ThreadKind;
import io.outboundhttp.benchmarks.load.Window;
import io.outboundhttp.benchmarks.load.WindowTable;

/**
 * Measures calls of many callers, ours beside its {@link Peer peers}, and prints tables
 * in Markdown.
 * <p>
 * Each caller sends one GET after the other to a server in a process of its own on the
 * loopback address, which answers with about one kilobyte. Ours, the reference and "no
 * pool" have the same limits, timeouts and HttpClient under the same RestClient; ours has
 * leak detection and meters besides. What is plain has Boot's defaults, so the limits
 * that are named. Nobody has Boot's observations.
 * <p>
 * The windows of all take turns, each round beginning with the next one, so that a slow
 * second of the machine hits all of them, the rounds that warm up included. Figures are
 * medians of the rounds; a ratio is taken round by round, and shown with its middle half.
 * Processor time and bytes are those of the whole process, so event loops, selectors,
 * compiler and garbage collector included, the server excluded. Latency is taken around
 * the whole call, the body read.
 * <p>
 * A request that fails ends the benchmark if it is one of ours, the reference or a floor;
 * otherwise it is counted.
 */
public final class CallBenchmark {

	private static final String NO_SERVER = "none";

	private final HttpHost host;

	private final Rounds rounds;

	private final List<Peer> peers;

	private CallBenchmark(HttpHost host, Rounds rounds, List<Peer> peers) {
		this.host = host;
		this.rounds = rounds;
		this.peers = peers;
	}

	/**
	 * Run the benchmark.
	 * @param args number of counted rounds, milliseconds that a window is open, the loads
	 * as in {@code 16,128,128/16}, the peers or {@code all}, {@code platform} or
	 * {@code virtual} threads, and the server: {@code nginx}, {@code own}, or
	 * {@code none} for sockets that answer by themselves, which peers with blocking
	 * sockets can use
	 * @throws IOException if a request fails that must not
	 * @throws InterruptedException if the benchmark is interrupted
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		Rounds rounds = new Rounds(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
		ThreadKind threads = ThreadKind.valueOf(args[4].toUpperCase(Locale.ROOT));
		List<Load> loads = Load.parse(args[2], threads);
		List<Peer> peers = Peer.parse(args[3]);
		System.out.printf("Call: %s%n", rounds);
		if (args[5].equals(NO_SERVER)) {
			new CallBenchmark(AnsweringSocket.installed(), rounds, peers).run(loads);
			return;
		}
		try (ServerProcess server = ServerProcess.start(args[5])) {
			new CallBenchmark(server.host(), rounds, peers).run(loads);
		}
		// threads of the Jetty client that Spring Boot makes outlive the application
		System.exit(0);
	}

	private void run(List<Load> loads) throws IOException, InterruptedException {
		for (Load load : loads) {
			System.out.printf("%n%s%n%n%s", load, table(run(load)));
		}
	}

	private Map<Peer, List<Window>> run(Load load) throws IOException, InterruptedException {
		Map<Peer, OpenPeer> opened = new EnumMap<>(Peer.class);
		try (Callers callers = new Callers(load.callers(), load.threads().factory())) {
			for (Peer peer : this.peers) {
				if (peer.isLimited() || !load.isShort()) {
					opened.put(peer, peer.open(this.host, load));
				}
			}
			Map<Peer, List<Window>> windows = this.rounds.measure(opened,
					(open, millis) -> callers.measure(open.exchange(), millis));
			verifySuccess(windows);
			opened.values().forEach(OpenPeer::verifyUnused);
			return windows;
		}
		finally {
			opened.values().forEach(OpenPeer::close);
		}
	}

	private static void verifySuccess(Map<Peer, List<Window>> windows) throws IOException {
		for (Map.Entry<Peer, List<Window>> measured : windows.entrySet()) {
			for (Window window : measured.getValue()) {
				if (measured.getKey().isSafe()) {
					window.verifySuccess();
				}
			}
		}
	}

	private static String table(Map<Peer, List<Window>> windows) {
		return new WindowTable<>(windows).median("req/s", "%,.0f", Window::requestsPerSecond)
			.ratio("to hc5-tuned", Peer.HC5_TUNED, Window::requestsPerSecond)
			.median("CPU µs/req", "%.1f", Window::cpuMicros)
			.ratio("CPU to hc5-tuned", Peer.HC5_TUNED, Window::cpuMicros)
			.median("B/req", "%,.0f", Window::bytes)
			.ratio("B to hc5-tuned", Peer.HC5_TUNED, Window::bytes)
			.median("p50 µs", "%,.0f", Window::p50Micros)
			.median("p99 µs", "%,.0f", Window::p99Micros)
			.median("p99.9 µs", "%,.0f", Window::p999Micros)
			.ratio("p99 to hc5-tuned", Peer.HC5_TUNED, Window::p99Micros)
			.ratio("p99 to no pool", Peer.NO_POOL, Window::p99Micros)
			.ratio("p99 to raw", Peer.RAW, Window::p99Micros)
			.sum("errors", Window::errors)
			.toMarkdown();
	}

}
