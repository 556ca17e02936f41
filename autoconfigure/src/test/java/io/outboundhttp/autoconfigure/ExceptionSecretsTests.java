package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import io.outboundhttp.CallTimeoutException;
import io.outboundhttp.ConnectTimeoutException;
import io.outboundhttp.PoolExhaustedException;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.ReadTimeoutException;
import io.outboundhttp.ResponseTooLargeException;
import io.outboundhttp.testsupport.BlackHole;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.LoggedLines;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests that exceptions of ours show a template, and never what was filled in.
 */
@Timeout(60)
class ExceptionSecretsTests {

	private static final String TEMPLATE = "/t/{token}";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start()
			.handle("/too-large/**", Handler.respond(200, "x".repeat(2000)))
			.handle("/unavailable/**", Handler.respond(503, "not now"))
			.handleAll(Handler.stall());
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("I3 exceptions of ours show neither a token in the path nor a query, through Spring and without it")
	void exceptionsShowNoSecret(Failure failure) throws IOException {
		try (BlackHole blackHole = BlackHole.unconnectable()) {
			String url = (failure == Failure.CONNECT) ? blackHole.url() : this.server.url();
			PaymentsClient.run(this.leaks, url, (client) -> {
				String path = failure.path;
				Throwable spring = ours(catchThrowable(() -> client.restClient()
					.get()
					.uri(path + TEMPLATE + "?key={key}&literal=geheim-3#geheim-4", "geheim-1", "geheim-2")
					.retrieve()
					.body(String.class)));
				assertThat(spring).isInstanceOf(failure.type);
				if (failure.showsTemplate) {
					assertThat(spring).hasMessageContaining(path + TEMPLATE);
				}
				client.awaitNothingLeased();
				Throwable raw = ours(catchThrowable(
						() -> client.send("GET", url + path + "/t/geheim-1?key=geheim-2", "X-Api-Key", "geheim-5")));
				assertThat(raw).isInstanceOf(failure.type).hasMessageContaining(url);
			}, failure.settings);
		}
	}

	@Test
	@DisplayName("I3 nor does the exception that tells who holds the connections")
	void exceptionThatTellsWhoHoldsTheConnections() {
		PaymentsClient.run(this.leaks, this.server.url(), (client) -> {
			try (ClassicHttpResponse held = client.httpClient()
				.executeOpen(new HttpHost("http", "127.0.0.1", this.server.port()),
						PaymentsClient.request("GET", this.server.url("/too-large/t/geheim-1?key=geheim-2")), null)) {
				assertThat(held.getCode()).isEqualTo(200);
				assertThat(ours(catchThrowable(() -> client.restClient()
					.get()
					.uri(TEMPLATE + "?key={key}", "geheim-1", "geheim-2")
					.retrieve()
					.body(String.class)))).isInstanceOf(PoolExhaustedException.class)
					.hasMessageContaining("held for longest: GET " + this.server.url());
			}
		}, "pool.max-total=1", "pool.acquire-timeout=50ms");
	}

	@Test
	@DisplayName("I3 nor do the lines about retries")
	void linesAboutRetriesShowNoSecret() {
		try (LoggedLines log = LoggedLines.trace("io.outboundhttp")) {
			PaymentsClient.run(
					this.leaks, this.server.url(), (client) -> client.send("GET",
							this.server.url("/unavailable/geheim-1?key=geheim-2"), "X-Api-Key", "geheim-5"),
					"retry.max-retries=1", "retry.delay=1ms");
			assertThat(log.with("sent again")).hasSize(1);
			assertThat(log.with("geheim")).isEmpty();
		}
	}

	/**
	 * Return the exception of ours among what was thrown; none of its messages shows a
	 * secret, nor do those of its causes.
	 */
	private static Throwable ours(Throwable thrown) {
		List<Throwable> chain = new ArrayList<>();
		for (Throwable each = thrown; each != null; each = each.getCause()) {
			chain.add(each);
		}
		int first = 0;
		while (first < chain.size() && !chain.get(first).getClass().getName().startsWith("io.outboundhttp.")) {
			first++;
		}
		assertThat(chain).hasSizeGreaterThan(first);
		assertThat(chain.subList(first, chain.size())).allMatch((each) -> !String.valueOf(each).contains("geheim"));
		return chain.get(first);
	}

	/**
	 * Way in which a call fails.
	 */
	enum Failure {

		CONNECT(ConnectTimeoutException.class, false, "", "connect-timeout=300ms"),

		READ(ReadTimeoutException.class, false, "", "read-timeout=100ms"),

		CALL(CallTimeoutException.class, true, "", "call-timeout=100ms"),

		SIZE(ResponseTooLargeException.class, true, "/too-large", "max-response-size=1KB");

		private final Class<?> type;

		private final boolean showsTemplate;

		private final String path;

		private final String[] settings;

		Failure(Class<?> type, boolean showsTemplate, String path, String... settings) {
			this.type = type;
			this.showsTemplate = showsTemplate;
			this.path = path;
			this.settings = settings;
		}

	}

}
