package io.outboundhttp.autoconfigure;

import java.net.URI;
import java.nio.file.Path;

import io.outboundhttp.EgressDeniedException;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.autoconfigure.ApplicationStart.Failure;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.egress.EgressMode;
import io.outboundhttp.pool.egress.EgressPolicy;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for the egress policy from its properties to the clients.
 */
@ExtendWith(OutputCaptureExtension.class)
class EgressConfigurationTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	@TempDir
	Path directory;

	@Test
	void badRuleIsReportedWithIndexLineAndForm() {
		fail("""
				outbound-http:
				  clients:
				    a:
				      egress:
				        allow:
				        - "*.example.com"
				        - https://a.example/path
				""")
			.describedBy("Client 'a': 'outbound-http.clients.a.egress.allow[1]", "application.yml] - 7:11",
					"has the value 'https://a.example/path', which is no rule: it must be [scheme://]host[:port]")
			.remediedBy("'https://*.example.com'", "'[fd00::]/8'");
	}

	@Test
	void badRuleOfTextIsReportedWithIndexAndLineOfTheText() {
		fail("outbound-http.defaults.egress.deny: 10.0.0.0/8, 10.0.0.1/8").describedBy(
				"'outbound-http.defaults.egress.deny[1]", "application.yml] - 1:37",
				"'10.0.0.1/8', which is no rule: the address has bits behind the first 8");
	}

	@Test
	void credentialsInRuleAreNotShown(CapturedOutput output) {
		fail("outbound-http.clients.a.egress.deny: https://scott:tiger@a.example")
			.describedBy("has the value '…', which is no rule: it must have no user or password");
		assertThat(output).contains("egress.deny").doesNotContain("tiger").doesNotContain("scott");
	}

	@Test
	void listOfClientReplacesInheritedOneAndEmptyListIsOne() {
		try (ConfigurableApplicationContext context = new ApplicationStart(this.directory, """
				outbound-http:
				  defaults:
				    egress:
				      mode: report
				      allow: ["*.example.com"]
				      deny:
				      - 10.0.0.0/8
				      - "*.internal"
				  clients:
				    a:
				      egress:
				        allow: []
				        deny: 169.254.169.254
				    b.egress.allow: "*"
				    c.read-timeout: 5s
				""").run()) {
			EgressPolicy a = policy(context, "a");
			assertThat(a.allow()).isEmpty();
			assertThat(a.deny()).map(Object::toString).containsExactly("169.254.169.254");
			assertThat(a.mode()).isEqualTo(EgressMode.REPORT);
			EgressPolicy b = policy(context, "b");
			assertThat(b.allow()).map(Object::toString).containsExactly("*");
			assertThat(b.deny()).map(Object::toString).containsExactly("10.0.0.0/8", "*.internal");
			assertThat(policy(context, "c").allow()).map(Object::toString).containsExactly("*.example.com");
		}
	}

	@Test
	void policyHoldsForBuildersOfSpringBoot() {
		runner("default").run((context) -> {
			RestClient restClient = context.getBean(RestClient.Builder.class).build();
			assertDenied(() -> restClient.get().uri("http://127.0.0.1:1/").retrieve().toBodilessEntity());
		});
	}

	@Test
	void policyHoldsForBuilderOfTheApplication() {
		try (TestHttpServer server = TestHttpServer.start()) {
			runner("default")
				.withBean(ClientHttpRequestFactoryBuilder.class,
						() -> ClientHttpRequestFactoryBuilder.httpComponents()
							.withHttpClientCustomizer((httpClient) -> httpClient.disableAutomaticRetries())
							.withConnectionManagerCustomizer(
									(manager) -> manager.setDnsResolver(SystemDefaultDnsResolver.INSTANCE)))
				.run((context) -> {
					ClientHttpRequestFactory requestFactory = context.getBean(ClientHttpRequestFactoryBuilder.class)
						.build();
					assertDenied(() -> requestFactory
						.createRequest(URI.create("http://localhost:" + server.port() + "/"), HttpMethod.GET)
						.execute());
					assertThat(server.requests()).isEmpty();
					OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
					assertThat(clients.openPools()).singleElement()
						.satisfies((pool) -> assertThat(pool.snapshot().leased()).isZero());
				});
		}
	}

	private static void assertDenied(ThrowingCallable call) {
		Throwable thrown = catchThrowable(call);
		Throwable denied = (thrown instanceof EgressDeniedException) ? thrown : thrown.getCause();
		assertThat(denied).isInstanceOf(EgressDeniedException.class).hasMessageContaining("127.0.0.0/8");
	}

	@Test
	void policyHoldsForOneClientAlone() {
		try (TestHttpServer server = TestHttpServer.start()) {
			runner("a").withPropertyValues("outbound-http.clients.b.read-timeout=5s").run((context) -> {
				OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
				assertThatExceptionOfType(Exception.class)
					.isThrownBy(() -> clients.restClient("a").get().uri(server.url()).retrieve().toBodilessEntity())
					.withCauseInstanceOf(EgressDeniedException.class);
				assertThat(clients.restClient("b").get().uri(server.url("/x")).retrieve().body(String.class))
					.isEqualTo("ok");
			});
		}
	}

	private ApplicationContextRunner runner(String client) {
		return TakeoverTestContexts.takenOver()
			.withInitializer(this.leaks)
			.withPropertyValues("outbound-http.clients." + client + ".egress.deny=127.0.0.0/8, ::1");
	}

	private static EgressPolicy policy(ApplicationContext context, String client) {
		return context.getBean(OutboundHttpClients.class).pool(client).getSettings().getEgress();
	}

	private Failure fail(String yaml) {
		return new ApplicationStart(this.directory, yaml).fail();
	}

}
