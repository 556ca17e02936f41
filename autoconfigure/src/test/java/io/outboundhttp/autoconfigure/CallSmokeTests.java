package io.outboundhttp.autoconfigure;

import java.io.InputStream;
import java.time.Duration;
import java.util.function.Consumer;

import io.outboundhttp.CallPhase;
import io.outboundhttp.CallTimeoutException;
import io.outboundhttp.ReadTimeoutException;
import io.outboundhttp.ResponseTooLargeException;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.pool.RetryReason;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.Test;

import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

class CallSmokeTests {

	private final TestHttpServer server = TestHttpServer.start();

	private void run(Consumer<OutboundHttpClients> test, String... properties) {
		String[] all = new String[properties.length + 1];
		all[0] = "outbound-http.clients.payments.base-url=" + this.server.url();
		for (int i = 0; i < properties.length; i++) {
			all[i + 1] = "outbound-http.clients.payments." + properties[i];
		}
		ClientsRunner.withProperties(all).run((context) -> {
			test.accept(context.getBean(OutboundHttpClients.class));
			PoolSnapshot snapshot = context.getBean(OutboundHttpClients.class).pool("payments").snapshot();
			assertThat(snapshot.leased()).isZero();
			assertThat(snapshot.pending()).isZero();
			System.out.println(snapshot.calls() + " " + snapshot.connections() + " " + snapshot.available());
		});
		this.server.close();
	}

	private static Throwable root(Throwable ex) {
		ex.printStackTrace(System.out);
		return (ex.getCause() != null) ? ex.getCause() : ex;
	}

	@Test
	void drip() {
		this.server.handleAll((exchange) -> {
			exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n");
			for (int i = 0; i < 50; i++) {
				exchange.write("x");
				exchange.pause(Duration.ofMillis(100));
			}
		});
		run((clients) -> {
			Throwable ex = catchThrowable(
					() -> clients.restClient("payments").get().uri("/a/{id}?x=1", 7).retrieve().body(String.class));
			assertThat(root(ex)).isInstanceOf(CallTimeoutException.class);
			assertThat(((CallTimeoutException) root(ex)).getPhase()).isEqualTo(CallPhase.BODY);
		}, "call-timeout=500ms");
	}

	@Test
	void stall() {
		this.server.handleAll(Handler.stall());
		run((clients) -> {
			Throwable ex = catchThrowable(
					() -> clients.restClient("payments").get().uri("/a/{id}?x=1", 7).retrieve().body(String.class));
			assertThat(root(ex)).isInstanceOf(CallTimeoutException.class);
		}, "call-timeout=300ms");
	}

	@Test
	void silence() {
		this.server.handleAll(Handler.stall());
		run((clients) -> {
			Throwable ex = catchThrowable(
					() -> clients.restClient("payments").get().uri("/a/{id}?x=1", 7).retrieve().body(String.class));
			assertThat(root(ex)).isInstanceOf(ReadTimeoutException.class);
		}, "read-timeout=300ms");
	}

	@Test
	void post503Once() {
		this.server.handleAll(Handler.respond(503, "no"));
		run((clients) -> {
			Throwable ex = catchThrowable(
					() -> clients.restClient("payments").post().uri("/a").body("x").retrieve().body(String.class));
			root(ex);
			assertThat(this.server.requests().size()).isEqualTo(1);
		}, "retry.max-retries=3");
	}

	@Test
	void get503Retries() {
		this.server.handleAll(Handler.respond(503, "no"));
		run((clients) -> {
			assertThatThrownBy(() -> clients.restClient("payments").get().uri("/a").retrieve().body(String.class))
				.isNotNull();
			assertThat(this.server.requests().size()).isEqualTo(4);
			assertThat(clients.pool("payments").snapshot().calls().retries()).containsEntry(RetryReason.STATUS, 3L);
		}, "retry.max-retries=3", "retry.delay=10ms");
	}

	@Test
	void stale() {
		this.server.closeIdleAfter(Duration.ofMillis(100));
		run((clients) -> {
			RestClient client = clients.restClient("payments");
			client.get().uri("/").retrieve().toBodilessEntity();
			try {
				Thread.sleep(300);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			client.get().uri("/").retrieve().toBodilessEntity();
			assertThat(clients.pool("payments").snapshot().calls().retries()).containsEntry(RetryReason.STALE, 1L);
		});
	}

	@Test
	void large() {
		this.server.handleAll(Handler.respond(200, "x".repeat(2000)));
		run((clients) -> {
			Throwable ex = catchThrowable(
					() -> clients.restClient("payments").get().uri("/a").retrieve().body(String.class));
			assertThat(root(ex)).isInstanceOf(ResponseTooLargeException.class);
		}, "max-response-size=1000B");
	}

	@Test
	void drain() {
		this.server.handleAll(Handler.respond(200, "x".repeat(20000)));
		run((clients) -> {
			for (int i = 0; i < 2; i++) {
				try (ClientHttpResponse response = clients.restClient("payments")
					.get()
					.uri("/a")
					.exchangeForRequiredValue((q, r) -> r, false)) {
					InputStream in = response.getBody();
					assertThat(in.read()).isEqualTo('x');
				}
				catch (java.io.IOException ex) {
					throw new IllegalStateException(ex);
				}
			}
			assertThat(clients.pool("payments").snapshot().connections().opened()).isEqualTo(1);
		});
	}

	@Test
	void bigRemainder() {
		this.server.handleAll(Handler.respond(200, "x".repeat(200000)));
		run((clients) -> {
			for (int i = 0; i < 2; i++) {
				try (ClientHttpResponse response = clients.restClient("payments")
					.get()
					.uri("/a")
					.exchangeForRequiredValue((q, r) -> r, false)) {
					InputStream in = response.getBody();
					assertThat(in.read()).isEqualTo('x');
				}
				catch (java.io.IOException ex) {
					throw new IllegalStateException(ex);
				}
			}
			assertThat(clients.pool("payments").snapshot().connections().opened()).isEqualTo(2);
		});
	}

	@Test
	void redirectStrips() {
		TestHttpServer other = TestHttpServer.start();
		this.server.handleAll(Handler.redirect(other.url("/b")));
		run((clients) -> {
			clients.restClient("payments")
				.get()
				.uri("/a")
				.header("X-Api-Key", "k")
				.header("X-Own", "o")
				.header("X-Fine", "f")
				.retrieve()
				.toBodilessEntity();
			var request = other.requests().get(0);
			assertThat(request.header("X-Api-Key")).isNull();
			assertThat(request.header("X-Own")).isNull();
			assertThat(request.header("X-Fine")).isEqualTo("f");
		}, "redirect.sensitive-headers=X-Own");
		other.close();
	}

	@Test
	void upload() {
		this.server
			.handleAll((exchange) -> exchange.respond(200, Headers.none(), "" + exchange.request().body().length));
		run((clients) -> {
			String answer = clients.restClient("payments")
				.post()
				.uri("/a")
				.body(new byte[300_000])
				.retrieve()
				.body(String.class);
			assertThat(answer).isEqualTo("300000");
		}, "call-timeout=5s");
	}

}
