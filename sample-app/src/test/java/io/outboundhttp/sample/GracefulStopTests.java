package io.outboundhttp.sample;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.test.util.TestSocketUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Test for the stop that an orchestrator asks for, of the real process.
 */
class GracefulStopTests {

	private static final int ORDERS = 20;

	private static final int EXIT_BY_SIGTERM = 128 + 15;

	private static final Pattern LEASED = Pattern.compile("\"catalog\":\\{[^}]*\"leased\":(\\d+)");

	private final HttpClient client = HttpClient.newHttpClient();

	private final String url = "http://127.0.0.1:" + TestSocketUtils.findAvailableTcpPort();

	@TempDir
	private Path directory;

	@Test
	@Timeout(120)
	@DisplayName("H3 SIGTERM under load loses no order that was taken, though each still has to call out")
	void ordersInProgressAreFinished() throws Exception {
		Path output = this.directory.resolve("output.txt");
		Process process = start(output);
		try {
			await().atMost(Duration.ofSeconds(60)).until(() -> !process.isAlive() || get("/actuator/health") == 200);
			send("POST", "/demo/trouble?service=catalog&mode=slow&delay=700");
			List<CompletableFuture<HttpResponse<String>>> orders = new ArrayList<>();
			for (int i = 0; i < ORDERS; i++) {
				orders.add(this.client.sendAsync(order(), BodyHandlers.ofString()));
			}
			await().until(() -> leased() == ORDERS);
			process.destroy();
			for (CompletableFuture<HttpResponse<String>> order : orders) {
				assertThat(order.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(201);
			}
			assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
			assertThat(process.exitValue()).isEqualTo(EXIT_BY_SIGTERM);
			assertThat(Files.readString(output)).doesNotContain("while in use").doesNotContain(" ERROR ");
		}
		finally {
			process.destroyForcibly().waitFor();
		}
	}

	private Process start(Path output) throws IOException {
		return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-Xmx256m", "-cp", System.getProperty("java.class.path"),
				OrderServiceApplication.class.getName(), "--server.port=" + URI.create(this.url).getPort(),
				"--sample.upstream.port=" + TestSocketUtils.findAvailableTcpPort(),
				"--outbound-http.clients.catalog.read-timeout=20s", "--outbound-http.clients.catalog.call-timeout=20s")
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
	}

	private HttpRequest order() {
		return HttpRequest.newBuilder(URI.create(this.url + "/orders"))
			.header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString(SampleClient.ORDER))
			.build();
	}

	private int leased() throws Exception {
		Matcher matcher = LEASED.matcher(send("GET", "/actuator/outboundhttp").body());
		return matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
	}

	private int get(String path) throws Exception {
		try {
			return send("GET", path).statusCode();
		}
		catch (ConnectException ex) {
			return -1;
		}
	}

	private HttpResponse<String> send(String method, String path) throws Exception {
		return this.client.send(
				HttpRequest.newBuilder(URI.create(this.url + path)).method(method, BodyPublishers.noBody()).build(),
				BodyHandlers.ofString());
	}

}
