package io.outboundhttp.sample.ops;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import org.awaitility.Awaitility;

import org.springframework.test.util.TestSocketUtils;

/**
 * A real Prometheus on 127.0.0.1, with the sample's configuration but for the interval of
 * a second, and with the sample's alerts.
 */
final class PrometheusServer implements AutoCloseable {

	private static final Duration RANGE = Duration.ofSeconds(20);

	private final HttpClient client = HttpClient.newHttpClient();

	private final Process process;

	private final Thread hook;

	private final Path log;

	private final String url;

	private PrometheusServer(Process process, Path log, int port) {
		this.process = process;
		this.log = log;
		this.url = "http://127.0.0.1:" + port;
		this.hook = new Thread(process::destroyForcibly);
		Runtime.getRuntime().addShutdownHook(this.hook);
	}

	/**
	 * Start a server and wait until it answers.
	 * @param directory where it keeps what it has
	 * @param targetPort port of the application that it scrapes
	 * @return the running server
	 */
	static PrometheusServer start(Path directory, int targetPort) throws IOException {
		Path configuration = directory.resolve("prometheus.yml");
		Files.writeString(configuration,
				OpsFiles.read("prometheus.yml")
					.replace("15s", "1s")
					.replace("127.0.0.1:8080", "127.0.0.1:" + targetPort)
					.replace("alerts.yml", OpsFiles.path("alerts.yml").toString()));
		int port = TestSocketUtils.findAvailableTcpPort();
		Path log = directory.resolve("log.txt");
		Process process = new ProcessBuilder(Objects.requireNonNull(Programs.find("prometheus")).toString(),
				"--config.file=" + configuration, "--storage.tsdb.path=" + directory.resolve("data"),
				"--web.listen-address=127.0.0.1:" + port, "--log.level=warn")
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		PrometheusServer server = new PrometheusServer(process, log, port);
		try {
			Awaitility.await().atMost(Duration.ofSeconds(60)).until(server::isReady);
		}
		catch (RuntimeException ex) {
			server.close();
			throw new IOException(Files.readString(log), ex);
		}
		return server;
	}

	private boolean isReady() throws IOException {
		if (!this.process.isAlive()) {
			throw new IOException(Files.readString(this.log));
		}
		try {
			return send("/-/ready").statusCode() == 200;
		}
		catch (ConnectException ex) {
			return false;
		}
	}

	/**
	 * Ask as a panel does that shows the values of now.
	 * @param query the query
	 * @return the values that are numbers
	 */
	List<Double> query(String query) throws IOException {
		return numbers(get("/api/v1/query?query=" + encode(query)).read("$.data.result[*].value[1]"));
	}

	/**
	 * Ask as a panel does that shows the last while.
	 * @param query the query
	 * @return the values of all series and times that are numbers
	 */
	List<Double> queryRange(String query) throws IOException {
		Instant now = Instant.now();
		return numbers(
				get("/api/v1/query_range?step=1&start=%s&end=%s&query=%s".formatted(now.minus(RANGE).getEpochSecond(),
						now.getEpochSecond(), encode(query)))
					.read("$.data.result[*].values[*][1]"));
	}

	/**
	 * Ask as a variable does.
	 * @param series which series
	 * @param label which label of them
	 * @return its values
	 */
	List<String> labelValues(String series, String label) throws IOException {
		return get("/api/v1/label/%s/values?match[]=%s".formatted(label, encode(series))).read("$.data");
	}

	/**
	 * Return the alerts that are firing, each with the client.
	 * @return texts such as {@code OutboundHttpLeaks catalog}
	 */
	List<String> firing() throws IOException {
		DocumentContext alerts = get("/api/v1/alerts");
		List<String> names = alerts.read("$.data.alerts[?(@.state == 'firing')].labels.alertname");
		List<String> clients = alerts.read("$.data.alerts[?(@.state == 'firing')].labels.client");
		return IntStream.range(0, names.size())
			.mapToObj((index) -> names.get(index) + " " + clients.get(index))
			.toList();
	}

	private static List<Double> numbers(List<String> values) {
		return values.stream().map(Double::valueOf).filter((value) -> !value.isNaN()).toList();
	}

	private DocumentContext get(String uri) throws IOException {
		HttpResponse<String> response = send(uri);
		if (response.statusCode() != 200) {
			throw new IOException(uri + ": " + response.body());
		}
		return JsonPath.parse(response.body());
	}

	private HttpResponse<String> send(String uri) throws IOException {
		HttpRequest request = HttpRequest.newBuilder(URI.create(this.url + uri.replace("[]", "%5B%5D")))
			.timeout(Duration.ofSeconds(10))
			.build();
		try {
			return this.client.send(request, BodyHandlers.ofString());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new InterruptedIOException();
		}
	}

	private static String encode(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	@Override
	public void close() {
		this.process.destroy();
		try {
			if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
		Runtime.getRuntime().removeShutdownHook(this.hook);
	}

}
