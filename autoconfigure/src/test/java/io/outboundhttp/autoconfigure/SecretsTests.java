package io.outboundhttp.autoconfigure;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;

import io.outboundhttp.testsupport.Endpoints;
import io.outboundhttp.actuate.endpoint.OutboundHttpEndpoint;
import io.outboundhttp.client.HealthRules;
import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.health.OutboundHttpHealthContributor;
import io.outboundhttp.testsupport.TestHttpServer;
import io.outboundhttp.testsupport.TestProxyServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.client.RestClientException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests that what must stay secret is sent where it belongs and shown nowhere: not by the
 * endpoint, health, logs, exceptions or a {@code toString}.
 */
@ExtendWith(OutputCaptureExtension.class)
class SecretsTests {

	private static final String[] SECRETS = { "geheim-user", "geheim-password", "geheim-token", "geheim-path",
			"geheim-query" };

	@TempDir
	Path directory;

	@Test
	void secretsArriveAndAreShownNowhere(CapturedOutput output) {
		try (TestHttpServer server = TestHttpServer.start();
				TestProxyServer proxy = TestProxyServer.start()
					.requireBasicAuth("geheim-user", "geheim-password")
					.route("shop.test", server.port())) {
			ApplicationStart start = new ApplicationStart(this.directory, """
					logging.level.io.outboundhttp: trace
					outbound-http:
					  defaults:
					    proxy:
					      host: %s
					      port: %d
					      username: geheim-user
					      password: geheim-password
					  clients:
					    shop:
					      base-url: http://shop.test/geheim-path
					      default-header:
					        Authorization: Bearer geheim-token
					""".formatted(proxy.host(), proxy.port()));
			String shown;
			try (ConfigurableApplicationContext context = start.run()) {
				OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
				shown = show(clients);
				assertThat(clients.restClient("shop").get().uri("/x?key=geheim-query").retrieve().body(String.class))
					.isEqualTo("ok");
				assertThat(server.requests()).last()
					.satisfies(
							(request) -> assertThat(request.header("Authorization")).isEqualTo("Bearer geheim-token"));
				assertThat(proxy.requests()).last().matches(TestProxyServer.ProxyRequest::authorized);
				shown += show(clients);
			}
			assertThat(shown).contains("\"base-url\":{\"value\":\"http://shop.test\"", "******", "Authorization")
				.doesNotContain(SECRETS);
			assertThat(output).contains("Client 'shop'").doesNotContain(SECRETS);
		}
	}

	@Test
	void failureOfProxyAuthenticationDoesNotShowCredentials(CapturedOutput output) {
		try (TestProxyServer proxy = TestProxyServer.start().requireBasicAuth("other", "other")) {
			ClientsRunner
				.withProperties("outbound-http.clients.shop.proxy.host=" + proxy.host(),
						"outbound-http.clients.shop.proxy.port=" + proxy.port(),
						"outbound-http.clients.shop.proxy.username=geheim-user",
						"outbound-http.clients.shop.proxy.password=geheim-password",
						"outbound-http.clients.shop.default-header.Authorization=geheim-token")
				.run((context) -> {
					OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
					RestClientException failure = catchThrowableOfType(RestClientException.class,
							() -> clients.restClient("shop")
								.get()
								.uri("http://shop.test/x")
								.retrieve()
								.toBodilessEntity());
					StringWriter text = new StringWriter();
					failure.printStackTrace(new PrintWriter(text));
					assertThat(text.toString()).contains("407").doesNotContain(SECRETS);
				});
			assertThat(proxy.requests()).last().matches(TestProxyServer.ProxyRequest::credentialsPresent);
		}
		assertThat(output).doesNotContain(SECRETS);
	}

	private static String show(OutboundHttpClients clients) {
		OutboundHttpEndpoint endpoint = Endpoints.create(clients);
		JsonMapper json = JsonMapper.builder().build();
		StringBuilder shown = new StringBuilder(json.writeValueAsString(endpoint.clients()));
		for (String name : List.of("shop", "default")) {
			shown.append(json.writeValueAsString(endpoint.client(name))).append(endpoint.client(name));
			ClientDefinition definition = clients.definition(name);
			shown.append(definition);
			ClientSetting.all().forEach((setting) -> shown.append(setting).append(definition.value(setting)));
			if (clients.live(name) != null) {
				shown.append(clients.live(name)).append(clients.pool(name)).append(clients.pool(name).snapshot());
			}
			if (new OutboundHttpHealthContributor(clients, HealthRules.DEFAULT)
				.getContributor(name) instanceof HealthIndicator health) {
				shown.append(health.health()).append(json.writeValueAsString(health.health()));
			}
		}
		return shown.append(clients).toString();
	}

}
