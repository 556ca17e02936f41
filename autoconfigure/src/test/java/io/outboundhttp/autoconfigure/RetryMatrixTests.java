package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.RetryReason;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for how often each request is on the wire, for each way in which it can fail. The
 * server's journal counts.
 */
@Timeout(120)
class RetryMatrixTests {

	/**
	 * How often a request is sent with {@code max-retries: 0} / with 2. Where none can be
	 * sent, how often a connection is tried.
	 */
	private static final String TABLE = """
			fault                      | GET | PUT | DELETE | POST | PATCH | POST+key | error
			CONNECT_REFUSED            | 1/3 | 1/3 | 1/3    | 1/3  | 1/3   | 1/3      | Connection refused
			TLS_HANDSHAKE_FAILED       | 1/1 | 1/1 | 1/1    | 1/1  | 1/1   | 1/1      | PKIX
			NO_CONNECTION_TO_BE_HAD    | 0/0 | 0/0 | 0/0    | 0/0  | 0/0   | 0/0      | no connection for route
			RESET_ON_FRESH_CONNECTION  | 1/3 | 1/3 | 1/3    | 1/1  | 1/1   | 1/3      | Connection reset
			RESET_ON_REUSED_CONNECTION | 2/4 | 2/4 | 2/4    | 1/1  | 1/1   | 2/4      | Connection reset
			STALE_NOT_SENT_AGAIN       | 1/3 | 1/3 | 1/3    | 1/1  | 1/1   | 1/3      | Connection reset
			RESET_WITHIN_THE_HEAD      | 1/3 | 1/3 | 1/3    | 1/1  | 1/1   | 1/3      | Connection reset
			RESET_AFTER_THE_HEAD       | 1/1 | 1/1 | 1/1    | 1/1  | 1/1   | 1/1      | Connection reset
			STATUS_429                 | 1/3 | 1/3 | 1/3    | 1/1  | 1/1   | 1/3      | 429
			STATUS_503                 | 1/3 | 1/3 | 1/3    | 1/1  | 1/1   | 1/3      | 503
			STATUS_500                 | 1/1 | 1/1 | 1/1    | 1/1  | 1/1   | 1/1      | 500
			READ_TIMEOUT               | 1/3 | 1/3 | 1/3    | 1/1  | 1/1   | 1/3      | sent no response
			""";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	static Stream<Row> rows() {
		List<String> lines = TABLE.lines().toList();
		List<String> columns = cells(lines.get(0));
		assertThat(lines).hasSize(Fault.values().length + 1);
		return lines.stream().skip(1).map(RetryMatrixTests::cells).map((cells) -> new Row(columns, cells));
	}

	private static List<String> cells(String line) {
		return Arrays.stream(line.split("\\|")).map(String::trim).toList();
	}

	@ParameterizedTest
	@MethodSource("rows")
	@DisplayName("R3 K2 a request is on the wire as often as the table says")
	void requestIsSentAsOftenAsTheTableSays(Row row) throws IOException {
		this.leaks.expectWarning("warn retries-without-budget");
		assertThat(row.sent(this.leaks, 0)).isEqualTo(row.expected(0));
		assertThat(row.sent(this.leaks, 2)).isEqualTo(row.expected(2));
	}

	/**
	 * Row of the table.
	 */
	record Row(List<String> columns, List<String> cells) {

		Fault fault() {
			return Fault.valueOf(this.cells.get(0));
		}

		private List<String> requests() {
			return this.columns.subList(1, this.columns.size() - 1);
		}

		List<String> expected(int maxRetries) {
			return this.cells.subList(1, this.cells.size() - 1)
				.stream()
				.map((cell) -> cell.split("/")[(maxRetries == 0) ? 0 : 1])
				.toList();
		}

		/**
		 * Send each request of the table.
		 * @return how often it was sent
		 */
		List<String> sent(PoolLeakExtension leaks, int maxRetries) throws IOException {
			List<String> sent = new ArrayList<>();
			try (Upstream upstream = new Upstream(fault())) {
				PaymentsClient.run(leaks, upstream.url(), (client) -> {
					for (String request : requests()) {
						long before = upstream.count(client);
						Throwable error = catchThrowable(() -> upstream.send(client, request));
						assertThat(error).as(request).hasStackTraceContaining(this.cells.get(this.cells.size() - 1));
						client.awaitNothingLeased();
						sent.add(String.valueOf(upstream.count(client) - before));
					}
					long resent = sent.stream().mapToLong((count) -> Math.max(0, Long.parseLong(count) - 1)).sum();
					assertThat(client.retries()).isEqualTo(resent);
				}, fault().settings(maxRetries));
			}
			return sent;
		}

		@Override
		public String toString() {
			return this.cells.toString();
		}

	}

	/**
	 * Way in which requests fail.
	 */
	enum Fault {

		CONNECT_REFUSED(Exchange::closeAbruptly),

		TLS_HANDSHAKE_FAILED(Exchange::closeAbruptly),

		NO_CONNECTION_TO_BE_HAD(Exchange::closeAbruptly, "pool.max-total=1", "pool.acquire-timeout=20ms"),

		RESET_ON_FRESH_CONNECTION(Exchange::closeAbruptly),

		RESET_ON_REUSED_CONNECTION(Exchange::closeAbruptly),

		STALE_NOT_SENT_AGAIN(Exchange::closeAbruptly, "retry.stale-connection=false"),

		RESET_WITHIN_THE_HEAD(resetAfter("HTTP/1.1 200 OK\r\nContent-")),

		RESET_AFTER_THE_HEAD(resetAfter("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n12345")),

		STATUS_429(Handler.respond(429, "slow down")),

		STATUS_503(Handler.respond(503, "not now")),

		STATUS_500(Handler.respond(500, "broken")),

		READ_TIMEOUT(Handler.stall(), "read-timeout=200ms");

		private final Handler handler;

		private final List<String> settings;

		Fault(Handler handler, String... settings) {
			this.handler = handler;
			this.settings = List.of(settings);
		}

		private static Handler resetAfter(String part) {
			return (exchange) -> {
				exchange.write(part);
				exchange.closeAbruptly();
			};
		}

		boolean isOnReusedConnection() {
			return this == RESET_ON_REUSED_CONNECTION || this == STALE_NOT_SENT_AGAIN || this == RESET_WITHIN_THE_HEAD;
		}

		String[] settings(int maxRetries) {
			return Stream
				.concat(Stream.of("retry.max-retries=" + maxRetries, "retry.delay=1ms", "retry.budget=0"),
						this.settings.stream())
				.toArray(String[]::new);
		}

	}

	/**
	 * Server at which requests fail.
	 */
	private static final class Upstream implements AutoCloseable {

		private final Fault fault;

		private final TestHttpServer server;

		private final int closedPort;

		Upstream(Fault fault) throws IOException {
			this.fault = fault;
			this.server = (fault == Fault.TLS_HANDSHAKE_FAILED)
					? TestHttpServer.startTls(TestCertificates.get().serverContext(), false) : TestHttpServer.start();
			this.server.handle("/fault", fault.handler);
			try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
				this.closedPort = socket.getLocalPort();
			}
		}

		String url() {
			return (this.fault == Fault.CONNECT_REFUSED) ? "http://127.0.0.1:" + this.closedPort : this.server.url();
		}

		/**
		 * Return how often requests were sent, or connections tried, so far.
		 */
		long count(PaymentsClient client) {
			return switch (this.fault) {
				case CONNECT_REFUSED -> this.refused + client.retries(RetryReason.CONNECT);
				case TLS_HANDSHAKE_FAILED -> this.server.connectionsAccepted();
				default -> this.server.requests("/fault").size();
			};
		}

		private long refused;

		void send(PaymentsClient client, String request) throws IOException {
			boolean key = request.endsWith("+key");
			String method = key ? request.substring(0, request.indexOf('+')) : request;
			String[] headers = key ? new String[] { "Idempotency-Key", "7" } : new String[0];
			if (this.fault.isOnReusedConnection()) {
				assertThat(client.send("GET", url() + "/prime")).isEqualTo(200);
			}
			if (this.fault == Fault.NO_CONNECTION_TO_BE_HAD) {
				sendWithoutConnection(client, method, headers);
				return;
			}
			this.refused++;
			int status = client.send(method, url() + "/fault", headers);
			throw new IllegalStateException("status " + status);
		}

		private void sendWithoutConnection(PaymentsClient client, String method, String[] headers) throws IOException {
			HttpClient httpClient = client.httpClient();
			try (ClassicHttpResponse held = httpClient.executeOpen(HttpHost.create(URI.create(url())),
					PaymentsClient.request("GET", "/held"), null)) {
				client.send(method, url() + "/fault", headers);
				EntityUtils.consume(held.getEntity());
			}
		}

		@Override
		public void close() {
			this.server.close();
		}

	}

}
