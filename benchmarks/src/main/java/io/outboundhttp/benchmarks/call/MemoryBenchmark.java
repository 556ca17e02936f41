package io.outboundhttp.benchmarks.call;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

import org.apache.hc.core5.http.HttpHost;

import io.outboundhttp.benchmarks.load.Machine;
import io.outboundhttp.benchmarks.load.ServerProcess;

/**
 * Measures the heap that connections take, and prints a table in Markdown.
 * <p>
 * A client with default settings, but for its limits, holds many responses at once that
 * nobody has read yet; then they are read, and as many connections are idle. After each
 * step the collector runs until it finds no more. What the heap holds more than with one
 * connection is divided by the others. Ours and a hand-tuned HttpClient take turns; the
 * first round is not counted, figures are medians of the others.
 * <p>
 * A failed request, or a connection that is not idle in the end, fails the benchmark.
 */
public final class MemoryBenchmark {

	private static final int MAX_CONNECTIONS = 10_000;

	private static final int ROUNDS = 5;

	private final HttpHost host;

	private final int connections;

	private MemoryBenchmark(HttpHost host, int connections) {
		this.host = host;
		this.connections = connections;
	}

	/**
	 * Run the benchmark.
	 * @param args number of connections
	 * @throws IOException if a request fails
	 */
	public static void main(String[] args) throws IOException {
		int connections = Integer.parseInt(args[0]);
		if (connections < 2 || connections > MAX_CONNECTIONS) {
			throw new IllegalArgumentException(
					"connections: %d (expected: 2 to %d)".formatted(connections, MAX_CONNECTIONS));
		}
		System.out.printf("Memory: %d connections, %d rounds, %s%n%n", connections, ROUNDS, Machine.describe());
		try (ServerProcess server = ServerProcess.start("own")) {
			System.out.print(new MemoryBenchmark(server.host(), connections).run());
		}
	}

	private String run() throws IOException {
		List<HeapUse> managed = new ArrayList<>();
		List<HeapUse> tuned = new ArrayList<>();
		for (int round = 0; round <= ROUNDS; round++) {
			try (MemoryPeer peer = MemoryPeer.managed(this.host.toURI(), this.connections)) {
				managed.add(HeapUse.measure(peer, this.host, this.connections));
			}
			try (MemoryPeer peer = MemoryPeer.tuned(this.host.toURI(), this.connections)) {
				tuned.add(HeapUse.measure(peer, this.host, this.connections));
			}
		}
		return """
				| | bytes per idle connection | to hc5-tuned | bytes per open lease, its connection included | to hc5-tuned |
				|---|---:|---:|---:|---:|
				%s
				%s
				"""
			.formatted(row("outbound-http", managed, tuned), row("hc5-tuned", tuned, tuned));
	}

	private static String row(String name, List<HeapUse> measured, List<HeapUse> reference) {
		double idle = median(measured, HeapUse::idle);
		double leased = median(measured, HeapUse::leased);
		return String.format(Locale.ROOT, "| %s | %,.0f | %.2f | %,.0f | %.2f |", name, idle,
				idle / median(reference, HeapUse::idle), leased, leased / median(reference, HeapUse::leased));
	}

	private static double median(List<HeapUse> measured, ToDoubleFunction<HeapUse> value) {
		double[] sorted = measured.stream().skip(1).mapToDouble(value).toArray();
		Arrays.sort(sorted);
		return sorted[sorted.length / 2];
	}

}
