package io.outboundhttp.autoconfigure;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.testsupport.TestHttpServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for inbound requests that are still at work when the context closes.
 */
class GracefulShutdownTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	@Test
	@Timeout(60)
	@DisplayName("H3 an inbound request that drains can still call out, then the pools close")
	void inboundRequestThatDrainsCanStillCallOut() throws Exception {
		try (TestHttpServer server = TestHttpServer.start()) {
			ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
				.web(WebApplicationType.SERVLET)
				.run("--server.port=0", "--server.shutdown=graceful",
						"--spring.lifecycle.timeout-per-shutdown-phase=30s",
						"--outbound-http.clients.named.base-url=" + server.url());
			Gate gate = context.getBean(Gate.class);
			String port = context.getEnvironment().getRequiredProperty("local.server.port");
			CompletableFuture<HttpResponse<String>> inbound = HttpClient.newHttpClient()
				.sendAsync(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/inbound")).build(),
						BodyHandlers.ofString());
			assertThat(gate.entered.await(10, TimeUnit.SECONDS)).isTrue();
			Thread closing = new Thread(context::close, "closing");
			closing.start();
			assertThat(gate.closing.await(10, TimeUnit.SECONDS)).isTrue();
			gate.goOn.countDown();
			HttpResponse<String> response = inbound.get(10, TimeUnit.SECONDS);
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.body()).isEqualTo("ok and ok");
			closing.join(Duration.ofSeconds(30).toMillis());
			assertThat(closing.isAlive()).isFalse();
			server.awaitNoOpenConnections(Duration.ofSeconds(2));
		}
	}

	/**
	 * Where the test and the inbound request meet.
	 */
	static class Gate implements ApplicationListener<ContextClosedEvent> {

		private final CountDownLatch entered = new CountDownLatch(1);

		private final CountDownLatch closing = new CountDownLatch(1);

		private final CountDownLatch goOn = new CountDownLatch(1);

		@Override
		public void onApplicationEvent(ContextClosedEvent event) {
			this.closing.countDown();
		}

	}

	@RestController
	static class Controller {

		private final Gate gate;

		private final RestClient named;

		private final RestClient built;

		private final String url;

		Controller(Gate gate, RestClient named, RestClient built, String url) {
			this.gate = gate;
			this.named = named;
			this.built = built;
			this.url = url;
		}

		@GetMapping("/inbound")
		String inbound() throws InterruptedException {
			this.gate.entered.countDown();
			if (!this.gate.goOn.await(10, TimeUnit.SECONDS)) {
				throw new IllegalStateException("Nobody opened the gate");
			}
			return call(this.named) + " and " + call(this.built);
		}

		private @Nullable String call(RestClient client) {
			return client.get().uri(this.url).retrieve().body(String.class);
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Gate gate() {
			return new Gate();
		}

		@Bean
		Controller controller(Gate gate, @Qualifier("named") RestClient named, RestClient.Builder builder,
				@Value("${outbound-http.clients.named.base-url}") String url) {
			return new Controller(gate, named, builder.build(), url);
		}

	}

}
