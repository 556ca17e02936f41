package io.outboundhttp.benchmarks.storm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.client.RestClient;

/**
 * Measures how many requests reach an upstream that answers each with 503, and prints a
 * table in Markdown.
 * <p>
 * A RestClient of Boot's builder makes 200 calls per second; the upstream counts. A call
 * that ends otherwise than with 503, or more than 1.25 requests per call with the budget,
 * fails the benchmark.
 */
public final class StormBenchmark {

	private static final int CALLS_PER_SECOND = 200;

	private static final int MAX_SECONDS = 3600;

	private static final double BOUND = 1.25;

	private static final String THREE_RETRIES = "--outbound-http.defaults.retry.max-retries=3";

	private final int seconds;

	private StormBenchmark(int seconds) {
		this.seconds = seconds;
	}

	/**
	 * Run the benchmark.
	 * @param args seconds per row of the table
	 * @throws IOException if the server does not start
	 */
	public static void main(String[] args) throws IOException {
		int seconds = Integer.parseInt(args[0]);
		if (seconds < 1 || seconds > MAX_SECONDS) {
			throw new IllegalArgumentException("seconds: %d (expected: 1 to %d)".formatted(seconds, MAX_SECONDS));
		}
		System.out.printf("Storm: %d calls per second for %d s, Java %s, %s %s, %d processors%n%n", CALLS_PER_SECOND,
				seconds, System.getProperty("java.version"), System.getProperty("os.name"),
				System.getProperty("os.arch"), Runtime.getRuntime().availableProcessors());
		System.out.print("""
				| | calls | requests | per call |
				|---|---:|---:|---:|
				""");
		StormBenchmark benchmark = new StormBenchmark(seconds);
		benchmark.row("plain Boot + httpclient5", "--outbound-http.enabled=false");
		benchmark.row("outbound-http, no retries (built-in)");
		benchmark.row("outbound-http, 3 retries, no budget", THREE_RETRIES, "--outbound-http.defaults.retry.budget=0");
		double perCall = benchmark.row("outbound-http, 3 retries, budget of 0.2 (built-in)", THREE_RETRIES);
		if (perCall > BOUND) {
			throw new IllegalStateException("%.3f requests per call (expected: <= %s)".formatted(perCall, BOUND));
		}
	}

	private double row(String name, String... properties) throws IOException {
		try (Unavailable upstream = new Unavailable(); ConfigurableApplicationContext context = start(properties)) {
			RestClient restClient = context.getBean(RestClient.Builder.class).baseUrl(upstream.url()).build();
			long calls = new Storm(restClient).run(CALLS_PER_SECOND, this.seconds);
			double perCall = (double) upstream.requests() / calls;
			System.out.printf(Locale.ROOT, "| %s | %,d | %,d | %.2f |%n", name, calls, upstream.requests(), perCall);
			return perCall;
		}
	}

	private static ConfigurableApplicationContext start(String... properties) {
		List<String> args = new ArrayList<>(List.of("--spring.main.banner-mode=off", "--logging.level.root=error"));
		args.addAll(Arrays.asList(properties));
		return new SpringApplicationBuilder(StormApplication.class).web(WebApplicationType.NONE)
			.run(args.toArray(String[]::new));
	}

}
