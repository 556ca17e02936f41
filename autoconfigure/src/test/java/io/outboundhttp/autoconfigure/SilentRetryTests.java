package io.outboundhttp.autoconfigure;

import java.util.Map;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.registry.ImportHttpServices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests that what is called once is sent once. HttpClient by itself repeats a POST that
 * was answered with 503.
 */
@Timeout(120)
class SilentRetryTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start().handleAll(Handler.respond(503, "not now"));
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("D2 a POST that is answered with 503 is sent once")
	void postThatIsAnsweredWith503IsSentOnce(Api api) {
		TakeoverTestContexts.takenOver()
			.withInitializer(this.leaks)
			.withUserConfiguration(Charges.class)
			.withPropertyValues("outbound-http.clients.charges.base-url=" + this.server.url())
			.run((context) -> {
				api.charge(context, context.getBean(OutboundHttpClients.class).httpClient("default"),
						this.server.url("/charges"));
				assertThat(this.server.requests()).singleElement()
					.extracting(RecordedRequest::bodyAsString)
					.isEqualTo("{\"amount\":1}");
			});
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("D2 control: plain Boot and HttpClient send it twice")
	void plainBootSendsItTwice(Api api) {
		// plain Boot never closes its pools
		this.server.maxRequestsPerConnection(1);
		TakeoverTestContexts.plainBoot()
			.withUserConfiguration(Charges.class)
			.withPropertyValues("spring.http.serviceclient.charges.base-url=" + this.server.url())
			.run((context) -> {
				try (CloseableHttpClient httpClient = HttpClients.createDefault()) {
					api.charge(context, httpClient, this.server.url("/charges"));
				}
				assertThat(this.server.requests()).hasSize(2)
					.extracting(RecordedRequest::bodyAsString)
					.containsOnly("{\"amount\":1}");
			});
	}

	@Test
	@DisplayName("D2 a GET that is answered with 503 is sent once too")
	void getThatIsAnsweredWith503IsSentOnce() {
		PaymentsClient.run(this.leaks, this.server.url(), (client) -> {
			assertThat(client.send("GET", this.server.url("/x"))).isEqualTo(503);
			assertThat(this.server.requests()).hasSize(1);
			assertThat(client.retries()).isZero();
		});
	}

	/**
	 * Way to call.
	 */
	enum Api {

		REST_CLIENT {
			@Override
			void charge(ApplicationContext context, HttpClient httpClient, String url) {
				RestClient client = context.getBean(RestClient.Builder.class).build();
				refused(() -> client.post()
					.uri(url)
					.contentType(MediaType.APPLICATION_JSON)
					.body(Map.of("amount", 1))
					.retrieve()
					.toBodilessEntity());
			}
		},

		REST_TEMPLATE {
			@Override
			void charge(ApplicationContext context, HttpClient httpClient, String url) {
				refused(() -> context.getBean(RestTemplateBuilder.class)
					.build()
					.postForObject(url, Map.of("amount", 1), String.class));
			}
		},

		HTTP_SERVICE {
			@Override
			void charge(ApplicationContext context, HttpClient httpClient, String url) {
				refused(() -> context.getBean(ChargesApi.class).charge(Map.of("amount", 1)));
			}
		},

		HTTP_CLIENT {
			@Override
			void charge(ApplicationContext context, HttpClient httpClient, String url) throws Exception {
				assertThat(
						(int) httpClient.execute(PaymentsClient.request("POST", url), (response) -> response.getCode()))
					.isEqualTo(503);
			}
		};

		abstract void charge(ApplicationContext context, HttpClient httpClient, String url) throws Exception;

		private static void refused(Runnable call) {
			assertThatExceptionOfType(HttpServerErrorException.ServiceUnavailable.class).isThrownBy(call::run);
		}

	}

	interface ChargesApi {

		@PostExchange("/charges")
		void charge(@RequestBody Map<String, Integer> charge);

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "charges", types = ChargesApi.class)
	static class Charges {

	}

}
