package io.outboundhttp.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Benchmark of the context start: what 0, 1 and 100 configured clients cost an
 * application that uses none of them, against plain Boot.
 * <p>
 * Each figure comes from starts in fresh JVMs with default flags. A start is measured
 * from before to after {@code SpringApplication.run}: the time that passed, and the
 * processor time of the whole process, compiler and garbage collector included. The start
 * of the JVM itself is not part of it. The application is the same in all {@link Variant
 * variants}: no web server, no bean of its own, Boot's starter for RestClient. The class
 * path is the same but for what the variant is about: plain Boot has neither our starter
 * nor HttpClient, or HttpClient alone. A configured client has six properties in the
 * application's YAML file. Since reading a long file costs time with plain Boot too, one
 * variant has the file with 100 clients but not our starter.
 * <p>
 * The variants take turns, each round beginning with the next one, so that a slow minute
 * of the machine hits all of them. A first round is not counted: it brings the jars into
 * the cache of the operating system. The table has the median of the rounds, the middle
 * half of them, and the ratio of the median to that of plain Boot.
 * <p>
 * After each start the application has no thread of ours, no open pool and no socket, and
 * as many clients as it configured; otherwise the benchmark fails.
 */
public final class ContextStartBenchmark {

	private static final int MAX_ROUNDS = 100;

	private static final int TIMEOUT_SECONDS = 60;

	private final Path directory;

	private final Map<Variant, List<StartCost>> costs = new EnumMap<>(Variant.class);

	private ContextStartBenchmark(Path directory) {
		this.directory = directory;
	}

	/**
	 * Run the benchmark.
	 * @param args number of counted rounds, 1 to 100
	 * @throws IOException if a file cannot be written or a JVM not be started
	 * @throws InterruptedException if the benchmark is interrupted
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		int rounds = Integer.parseInt(args[0]);
		if (rounds < 1 || rounds > MAX_ROUNDS) {
			throw new IllegalArgumentException("rounds: %d (expected: 1 to %d)".formatted(rounds, MAX_ROUNDS));
		}
		Path directory = Files.createTempDirectory("context-start");
		try {
			new ContextStartBenchmark(directory).run(rounds);
		}
		finally {
			for (Variant variant : Variant.values()) {
				Files.deleteIfExists(file(directory, variant));
				Files.deleteIfExists(output(directory, variant));
			}
			Files.deleteIfExists(directory);
		}
	}

	private void run(int rounds) throws IOException, InterruptedException {
		for (Variant variant : Variant.values()) {
			Files.writeString(file(this.directory, variant), configuration(variant.clients()));
		}
		List<Variant> turns = new ArrayList<>(List.of(Variant.values()));
		for (int round = 0; round <= rounds; round++) {
			for (Variant variant : turns) {
				StartCost cost = measure(variant);
				if (round > 0) {
					this.costs.computeIfAbsent(variant, (key) -> new ArrayList<>()).add(cost);
				}
			}
			Collections.rotate(turns, -1);
		}
		System.out.printf("Context start: %d rounds, Java %s, %s %s, %d processors%n%n%s", rounds,
				System.getProperty("java.version"), System.getProperty("os.name"), System.getProperty("os.arch"),
				Runtime.getRuntime().availableProcessors(), new Medians(this.costs).toMarkdown());
	}

	private StartCost measure(Variant variant) throws IOException, InterruptedException {
		Path output = output(this.directory, variant);
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-classpath", variant.classPath(System.getProperty("java.class.path")), ContextStart.class.getName(),
				variant.name(), file(this.directory, variant).toString())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		try {
			if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
				throw new IllegalStateException(
						"'%s' did not end within %d s:%n%s".formatted(variant, TIMEOUT_SECONDS, read(output)));
			}
		}
		finally {
			process.destroyForcibly();
		}
		if (process.exitValue() != 0) {
			throw new IllegalStateException(
					"'%s' ended with %d:%n%s".formatted(variant, process.exitValue(), read(output)));
		}
		return StartCost.parse(read(output));
	}

	private static String read(Path output) throws IOException {
		return Files.readString(output, StandardCharsets.UTF_8);
	}

	private static Path file(Path directory, Variant variant) {
		return directory.resolve(variant.name() + ".yml");
	}

	private static Path output(Path directory, Variant variant) {
		return directory.resolve(variant.name() + ".log");
	}

	private static String configuration(int clients) {
		StringBuilder yaml = new StringBuilder("""
				spring:
				  application.name: benchmark
				  main.web-application-type: none
				""");
		if (clients > 0) {
			yaml.append("outbound-http:\n  clients:\n");
		}
		for (int i = 0; i < clients; i++) {
			yaml.append("""
					    service-%1$d:
					      base-url: https://service-%1$d.example.org/api
					      default-header.accept: application/json
					      connect-timeout: 2s
					      read-timeout: 5s
					      pool:
					        max-per-route: 20
					        max-total: 40
					""".formatted(i));
		}
		return yaml.toString();
	}

}
