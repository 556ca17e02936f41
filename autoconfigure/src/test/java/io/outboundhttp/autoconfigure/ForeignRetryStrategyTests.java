package io.outboundhttp.autoconfigure;

import java.util.function.Consumer;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClientCustomizer;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.LoggedLines;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for application code that decides about retries of HttpClient itself.
 */
@Timeout(60)
class ForeignRetryStrategyTests {

	private static final String SAID = "INFO Client 'payments': application code has set a retry strategy";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start().handle("/unavailable", Handler.respond(503, "not now"));
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private void run(Consumer<HttpClientBuilder> code, PaymentsClient.Test test) {
		PaymentsClient
			.run(PaymentsClient.runner(this.leaks, this.server.url(), "retry.max-retries=3", "retry.delay=1ms")
				.withBean(OutboundHttpClientCustomizer.class, () -> new OutboundHttpClientCustomizer() {

					@Override
					public void customize(String client, HttpClientBuilder builder) {
						code.accept(builder);
					}

				}), test);
	}

	private void setStrategy(HttpClientBuilder builder) {
		builder.setRetryStrategy(new DefaultHttpRequestRetryStrategy(1, TimeValue.ofMilliseconds(1)));
	}

	@Test
	@DisplayName("R3 a retry strategy set in code wins, from the first call on")
	void strategySetInCodeWins() {
		run(this::setStrategy, (client) -> {
			for (int i = 1; i <= 3; i++) {
				client.send("POST", this.server.url("/unavailable"));
				assertThat(this.server.requests("/unavailable")).hasSize(i * 2);
			}
			client.send("GET", this.server.url("/unavailable"));
			assertThat(this.server.requests("/unavailable")).hasSize(8);
			assertThat(client.retries()).isZero();
		});
	}

	@Test
	@DisplayName("R3 a retry strategy set in code wins, even if the first call is one that ours would repeat")
	void strategySetInCodeWinsForAFirstGet() {
		run(this::setStrategy, (client) -> {
			client.send("GET", this.server.url("/unavailable"));
			assertThat(this.server.requests("/unavailable")).hasSize(2);
			assertThat(client.retries()).isZero();
		});
	}

	@Test
	@DisplayName("R3 a retry strategy set in code wins, even if the first call fails")
	void strategySetInCodeWinsForAFirstFailure() {
		this.server.handle("/reset", Handler.closeAbruptly());
		run(this::setStrategy, (client) -> {
			for (int i = 1; i <= 2; i++) {
				assertThatIOException().isThrownBy(() -> client.send("GET", this.server.url("/reset")));
				assertThat(this.server.requests("/reset")).hasSize(i * 2);
			}
			assertThat(client.retries()).isZero();
		});
	}

	@Test
	@DisplayName("R3 a retry strategy set in code that never retries wins")
	void strategyThatNeverRetriesWins() {
		run((builder) -> builder.setRetryStrategy(new DefaultHttpRequestRetryStrategy(0, TimeValue.ofMilliseconds(1))),
				(client) -> {
					client.send("GET", this.server.url("/unavailable"));
					assertThat(this.server.requests("/unavailable")).hasSize(1);
					assertThat(client.retries()).isZero();
				});
	}

	@Test
	@DisplayName("R3 ours keep out after a call that has succeeded")
	void oursKeepOutAfterACallThatHasSucceeded() {
		run(this::setStrategy, (client) -> {
			client.send("GET", this.server.url("/fine"));
			client.send("GET", this.server.url("/unavailable"));
			assertThat(this.server.requests("/unavailable")).hasSize(2);
			assertThat(client.retries()).isZero();
		});
	}

	@Test
	@DisplayName("R3 that ours keep out is said once, at INFO")
	void thatOursKeepOutIsSaidOnce() {
		try (LoggedLines log = LoggedLines.debug("io.outboundhttp.call")) {
			run(this::setStrategy, (client) -> {
				for (int i = 0; i < 3; i++) {
					client.send("GET", this.server.url("/fine"));
				}
			});
			assertThat(log.with(SAID)).hasSize(1);
		}
	}

	@Test
	@DisplayName("R3 retries that code has turned off stay off, also for stale connections; said once at INFO")
	void retriesTurnedOffInCodeStayOff() {
		try (LoggedLines log = LoggedLines.debug("io.outboundhttp.call")) {
			run(HttpClientBuilder::disableAutomaticRetries, (client) -> {
				client.send("GET", this.server.url("/unavailable"));
				assertThat(this.server.requests("/unavailable")).hasSize(1);
				this.server.closeConnections();
				assertThatIOException().isThrownBy(() -> client.send("GET", this.server.url("/fine")));
				assertThat(client.send("GET", this.server.url("/fine"))).isEqualTo(200);
				assertThat(this.server.requests("/fine")).hasSize(1);
				assertThat(client.retries()).isZero();
			});
			assertThat(log.with(SAID)).hasSize(1);
		}
	}

	@Test
	@DisplayName("R3 a handler of the application that answers by itself does not turn retries off")
	void handlerThatAnswersByItselfDoesNotTurnRetriesOff() {
		try (LoggedLines log = LoggedLines.debug("io.outboundhttp.call")) {
			run((builder) -> builder.addExecInterceptorFirst("cache", (request, scope, chain) -> {
				if (request.getPath().equals("/cached")) {
					return new BasicClassicHttpResponse(200);
				}
				return chain.proceed(request, scope);
			}), (client) -> {
				assertThat(client.send("GET", this.server.url("/cached"))).isEqualTo(200);
				client.send("GET", this.server.url("/unavailable"));
				assertThat(this.server.requests("/unavailable")).hasSize(4);
			});
			assertThat(log.with(SAID)).isEmpty();
		}
	}

	@Test
	@DisplayName("R3 without such code nothing is said")
	void withoutSuchCodeNothingIsSaid() {
		try (LoggedLines log = LoggedLines.debug("io.outboundhttp.call")) {
			run((builder) -> {
			}, (client) -> {
				client.send("GET", this.server.url("/fine"));
				client.send("GET", this.server.url("/unavailable"));
				assertThat(this.server.requests("/unavailable")).hasSize(4);
			});
			assertThat(log.with(SAID)).isEmpty();
		}
	}

}
