package io.outboundhttp.autoconfigure;

import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.TestHttpServer;
import io.outboundhttp.testsupport.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OutboundHttpAutoConfiguration}.
 */
class OutboundHttpAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(OutboundHttpAutoConfiguration.class, OutboundHttpTakeoverAutoConfiguration.class,
					SslAutoConfiguration.class, HttpClientAutoConfiguration.class,
					ImperativeHttpClientAutoConfiguration.class, RestClientAutoConfiguration.class,
					RestTemplateAutoConfiguration.class, HttpMessageConvertersAutoConfiguration.class));

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void namedClientIsInjectedByQualifierAndCalls() {
		this.runner.withUserConfiguration(UserConfiguration.class)
			.withPropertyValues("outbound-http.clients.payments.base-url=" + this.server.url(),
					"outbound-http.clients.payments.pool.max-per-route=7")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				User user = context.getBean(User.class);
				assertThat(user.payments.get().uri("/x").retrieve().body(String.class)).isEqualTo("ok");
				assertThat(user.paymentsTemplate.getForObject("/y", String.class)).isEqualTo("ok");
				OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
				assertThat(clients.pool("payments").snapshot().maxPerRoute()).isEqualTo(7);
				assertThat(clients.pool("payments").snapshot().maxTotal()).isEqualTo(70);
				assertThat(clients.openPools()).hasSize(1);
			});
		this.server.awaitNoOpenConnections();
		Threads.awaitNone("outbound-http");
	}

	@Test
	void tenBuildersShareOnePool() {
		this.runner.run((context) -> {
			for (int i = 0; i < 10; i++) {
				RestClient.Builder builder = context.getBean(RestClient.Builder.class);
				assertThat(builder.build().get().uri(this.server.url("/x")).retrieve().body(String.class))
					.isEqualTo("ok");
			}
			context.getBean(RestTemplateBuilder.class).build().getForObject(this.server.url("/x"), String.class);
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			assertThat(clients.openPools()).extracting("name").containsExactly("default");
			clients.restClient("default").get().uri(this.server.url("/x")).retrieve().toBodilessEntity();
			assertThat(clients.openPools()).extracting("name").containsExactly("default");
			assertThat(this.server.connectionsAccepted()).isEqualTo(1);
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class UserConfiguration {

		@Bean
		User user(@Qualifier("payments") RestClient payments, @Qualifier("payments") RestTemplate template) {
			return new User(payments, template);
		}

	}

	record User(RestClient payments, RestTemplate paymentsTemplate) {

	}

}
