package io.outboundhttp.autoconfigure;

import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.testsupport.BlackHole;
import io.outboundhttp.testsupport.LoggedLines;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import io.outboundhttp.testsupport.TestProxyServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for connections that are opened before the application is ready.
 */
@Timeout(60)
class ClientWarmUpTests {

	private static final String LOGGER = "io.outboundhttp.client.ClientWarmUp";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	private TestHttpServer tls;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
		this.tls = TestHttpServer.startTls(TestCertificates.get().serverContext(), false);
	}

	@AfterEach
	void stop() {
		this.tls.close();
		this.server.close();
	}

	private ApplicationContextRunner runner(String... settings) {
		List<String> properties = new ArrayList<>();
		for (String setting : settings) {
			properties.add("outbound-http.clients." + setting);
		}
		return ClientsRunner.withProperties(properties.toArray(String[]::new)).withInitializer(this.leaks);
	}

	private static PoolSnapshot snapshot(ApplicationContext context, String client) {
		return context.getBean(OutboundHttpClients.class).pool(client).snapshot();
	}

	@Test
	void connectionsOfAllClientsAreOpenOnceTheContextIs() {
		runner("a.base-url=" + this.server.url(), "a.pool.min-idle=2",
				"b.base-url=https://localhost:" + this.tls.port() + "/v1", "b.pool.min-idle=3", "b.ssl.bundle=test",
				"c.base-url=" + this.server.url())
			.withPropertyValues(TestCertificates.get().jksTrustBundle("test"))
			.run((context) -> {
				assertThat(snapshot(context, "a").available()).isEqualTo(2);
				assertThat(snapshot(context, "b").available()).isEqualTo(3);
				assertThat(context.getBean(OutboundHttpClients.class).openPools()).extracting("name")
					.doesNotContain("c");
				context.getBean(OutboundHttpClients.class)
					.restClient("b")
					.get()
					.uri("/x")
					.retrieve()
					.toBodilessEntity();
				assertThat(this.tls.connectionsAccepted()).as("negotiated already").isEqualTo(3);
				assertThat(this.tls.requests("/v1/x")).hasSize(1);
				assertThat(this.server.requests()).isEmpty();
			});
	}

	@ParameterizedTest
	@CsvSource({ "false", "true" })
	void connectionsAreOpenBeforeTheRunnersOfTheApplication(boolean lazy) {
		SpringApplication application = new SpringApplication(ObservingApplication.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setRegisterShutdownHook(false);
		application.addInitializers(this.leaks);
		try (ConfigurableApplicationContext context = application.run("--spring.main.banner-mode=off",
				"--spring.main.lazy-initialization=" + lazy, "--outbound-http.clients.a.base-url=" + this.server.url(),
				"--outbound-http.clients.a.pool.min-idle=2")) {
			assertThat(context.getBean(Observer.class).available).isEqualTo(2);
		}
	}

	@Test
	void deadUpstreamStopsNothingAndIsOneWarning() throws Exception {
		int port;
		try (ServerSocket closed = new ServerSocket(0)) {
			port = closed.getLocalPort();
		}
		this.leaks.expectWarning("Client 'a': no connection to http://127.0.0.1:" + port);
		try (LoggedLines log = LoggedLines.debug("io.outboundhttp.pool.WarmUp")) {
			runner("a.base-url=http://127.0.0.1:" + port, "a.pool.min-idle=3", "b.base-url=" + this.server.url(),
					"b.pool.min-idle=3")
				.run((context) -> {
					assertThat(context).hasNotFailed();
					assertThat(snapshot(context, "b").available()).isEqualTo(3);
				});
			assertThat(log.with("WARN")).singleElement()
				.asString()
				.contains("0 of 3 are ready")
				.contains("refused")
				.endsWith("change outbound-http.clients.a.pool.min-idle");
		}
	}

	@Test
	void upstreamThatDoesNotAnswerIsNotWaitedForLong() {
		this.leaks.expectWarning("Client 'a': no connection to https://127.0.0.1:");
		try (BlackHole silent = BlackHole.silent()) {
			runner("a.base-url=https://127.0.0.1:" + silent.port(), "a.pool.min-idle=3", "a.connect-timeout=200ms",
					"b.base-url=" + this.server.url(), "b.pool.min-idle=3")
				.run((context) -> {
					assertThat(context).hasNotFailed();
					assertThat(snapshot(context, "b").available()).isEqualTo(3);
				});
		}
	}

	@ParameterizedTest
	@CsvSource(textBlock = """
			a.base-url=lb://payments               | a load balancer chooses the host of its base-url
			a.user-agent=x                         | it has no base-url
			a.base-url=https://api.example.org     | a proxy opens its connections by CONNECT
			""", delimiter = '|')
	void whatCannotBeKeptReadyIsSkippedAndSaid(String setting, String reason) {
		try (LoggedLines log = LoggedLines.debug(LOGGER)) {
			runner(setting, "a.pool.min-idle=2", "a.proxy.host=127.0.0.1", "a.proxy.port=9").run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(log.list()).singleElement()
					.asString()
					.startsWith("INFO Client 'a': no connections are kept ready, since " + reason
							+ "; outbound-http.clients.a.pool.min-idle ");
			});
		}
	}

	@Test
	void connectionToAProxyThatForwardsIsKeptReady() {
		try (TestProxyServer proxy = TestProxyServer.start()) {
			runner("a.base-url=" + this.server.url(), "a.pool.min-idle=2", "a.proxy.host=" + proxy.host(),
					"a.proxy.port=" + proxy.port())
				.run((context) -> {
					assertThat(snapshot(context, "a").available()).isEqualTo(2);
					assertThat(snapshot(context, "a").connections().opened()).isEqualTo(2);
					context.getBean(OutboundHttpClients.class)
						.restClient("a")
						.get()
						.uri("/x")
						.retrieve()
						.toBodilessEntity();
					assertThat(snapshot(context, "a").connections().opened()).isEqualTo(2);
					assertThat(proxy.targets()).containsExactly(this.server.url("/x"));
				});
		}
	}

	@Test
	void moreThanTheBuiltInLimitRaisesIt() {
		runner("a.base-url=" + this.server.url(), "a.pool.min-idle=60").run((context) -> {
			PoolSnapshot snapshot = snapshot(context, "a");
			assertThat(snapshot.maxPerRoute()).isEqualTo(60);
			assertThat(snapshot.available()).isEqualTo(60);
		});
	}

	@ParameterizedTest
	@CsvSource({ "max-per-route: 5", "max-total: 5" })
	void moreThanASetLimitStopsTheStart(String limit, @TempDir Path directory) {
		new ApplicationStart(directory, """
				outbound-http:
				  clients:
				    billing:
				      pool:
				        min-idle: 6
				        %s
				""".formatted(limit)).fail()
			.describedBy("Client 'billing'", "outbound-http.clients.billing.pool.min-idle (", "yml] - 5:19", "= 6",
					"outbound-http.clients.billing.pool." + limit.substring(0, limit.indexOf(':')) + " (", "= 5")
			.remediedBy("Lower 'outbound-http.clients.billing.pool.min-idle'");
	}

	@Test
	void overrideOfTheRouteOfTheBaseUrlDecides(@TempDir Path directory) {
		String yaml = """
				outbound-http:
				  clients:
				    billing:
				      base-url: http://localhost/v1
				      pool:
				        min-idle: 6
				        max-per-route-overrides:
				          "[http://localhost:80]": 5
				""";
		new ApplicationStart(directory, yaml).fail()
			.describedBy("outbound-http.clients.billing.pool.min-idle (",
					"outbound-http.clients.billing.pool.max-per-route-overrides");
	}

	/**
	 * What a runner of the application finds.
	 */
	static class Observer implements ApplicationRunner {

		private final OutboundHttpClients clients;

		private int available;

		Observer(OutboundHttpClients clients) {
			this.clients = clients;
		}

		@Override
		public void run(ApplicationArguments args) {
			this.available = this.clients.pool("a").snapshot().available();
		}

	}

	/**
	 * Application with a runner.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import(ApplicationStart.Application.class)
	static class ObservingApplication {

		@Bean
		Observer observer(OutboundHttpClients clients) {
			return new Observer(clients);
		}

	}

}
