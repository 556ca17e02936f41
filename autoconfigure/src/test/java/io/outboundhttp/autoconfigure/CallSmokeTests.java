package io.outboundhttp.autoconfigure;

import java.time.Duration;
import java.util.function.Consumer;

import io.outboundhttp.CallPhase;
import io.outboundhttp.CallTimeoutException;
import io.outboundhttp.ReadTimeoutException;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.Test;


import static org.assertj.core.api.Assertions.assertThat;
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
