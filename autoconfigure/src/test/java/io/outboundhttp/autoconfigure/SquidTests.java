package io.outboundhttp.autoconfigure;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.LoggedLines;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.SquidProxy;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.web.client.HttpClientErrorException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the forward proxy of a client with a real Squid. Skipped where it is not
 * installed.
 */
class SquidTests {

	private static final int CALLS = 20;

	@TempDir
	static Path directory;

	private static @Nullable SquidProxy squid;

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	private TestHttpServer tlsServer;

	@BeforeAll
	static void startSquid() {
		assumeThat(SquidProxy.isInstalled()).as("Squid is installed (apt-get install squid)").isTrue();
		squid = SquidProxy.start(directory);
	}

	@AfterAll
	static void stopSquid() {
		if (squid != null) {
			squid.close();
		}
	}

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
		this.tlsServer = TestHttpServer.startTls(TestCertificates.get().serverContext(), false);
	}

	@AfterEach
	void stop() {
		this.tlsServer.close();
		this.server.close();
	}

	@Test
	@DisplayName("P2 twenty calls through a tunnel need one CONNECT and one connection")
	void callsThroughTunnelNeedOneConnect() {
		try (LoggedLines lines = LoggedLines.trace("io.outboundhttp")) {
			runner(SquidProxy.PASSWORD).run((context) -> {
				for (int i = 0; i < CALLS; i++) {
					assertThat(get(context, "a", this.tlsServer.url("/x"))).isEqualTo("ok");
				}
				assertThat(this.tlsServer.connectionsAccepted()).isEqualTo(1);
				assertThat(this.tlsServer.requests()).hasSize(CALLS).allSatisfy(SquidTests::hasNoCredentials);
				assertThat(leased(context, "a")).isZero();
			});
			assertThat(lines.list()).isNotEmpty().noneMatch((line) -> line.contains(SquidProxy.PASSWORD));
		}
		String tunnel = "127.0.0.1:" + this.tlsServer.port();
		await().until(() -> requests("CONNECT", tunnel), (requests) -> !requests.isEmpty());
		assertThat(requests("CONNECT", tunnel)).containsExactly("200 " + tunnel);
	}

	@Test
	@DisplayName("P2 plain calls are sent once and use one connection")
	void plainCallsAreSentOnce() {
		runner(SquidProxy.PASSWORD).run((context) -> {
			for (int i = 0; i < CALLS; i++) {
				assertThat(get(context, "a", this.server.url("/x"))).isEqualTo("ok");
			}
			assertThat(this.server.requests()).hasSize(CALLS).allSatisfy(SquidTests::hasNoCredentials);
			String url = this.server.url("/x");
			await().until(() -> requests("GET", url), (requests) -> requests.size() >= CALLS);
			assertThat(requests("GET", url)).isEqualTo(Collections.nCopies(CALLS, "200 " + url));
			assertThat(context.getBean(OutboundHttpClients.class).pool("a").snapshot().connections().opened())
				.isEqualTo(1);
		});
	}

	@Test
	@DisplayName("P2 a wrong password is a 407 that leaves no lease, to TLS as to plain targets")
	void wrongPasswordIsProxyAuthenticationRequired() {
		runner("wrong-4712").run((context) -> {
			for (String url : List.of(this.tlsServer.url("/x"), this.server.url("/x"))) {
				for (int i = 0; i < 3; i++) {
					Throwable thrown = catchThrowable(() -> get(context, "a", url));
					assertThat(thrown).isInstanceOf(HttpClientErrorException.class)
						.hasMessageStartingWith("407 Proxy Authentication Required");
					assertThat(thrown.toString()).doesNotContain("wrong-4712");
					assertThat(leased(context, "a")).isZero();
				}
			}
			assertThat(this.tlsServer.connectionsAccepted()).isZero();
			assertThat(this.server.connectionsAccepted()).isZero();
		});
	}

	@Test
	@DisplayName("P1 one client goes through the proxy, the other and the hosts of the list do not")
	void onlyTheClientWithAProxyUsesIt() {
		runner(SquidProxy.PASSWORD).withPropertyValues("outbound-http.clients.a.proxy.non-proxy-hosts=localhost")
			.run((context) -> {
				assertThat(get(context, "a", this.server.url("/a"))).isEqualTo("ok");
				assertThat(get(context, "b", this.server.url("/b"))).isEqualTo("ok");
				assertThat(get(context, "a", "http://localhost:" + this.server.port() + "/direct")).isEqualTo("ok");
				await().until(() -> requests("GET", this.server.url("/a")), (requests) -> !requests.isEmpty());
				assertThat(proxy().requests("GET")).filteredOn((request) -> request.contains(":" + this.server.port()))
					.containsExactly("200 " + this.server.url("/a"));
				assertThat(this.server.requests("/direct")).hasSize(1);
			});
	}

	private ApplicationContextRunner runner(String password) {
		return TakeoverTestContexts.takenOver()
			.withInitializer(this.leaks)
			.withPropertyValues(TestCertificates.get().jksTrustBundle("trusting"))
			.withPropertyValues("outbound-http.clients.a.ssl.bundle=trusting",
					"outbound-http.clients.a.proxy.host=" + proxy().host(),
					"outbound-http.clients.a.proxy.port=" + proxy().port(),
					"outbound-http.clients.a.proxy.username=" + SquidProxy.USER,
					"outbound-http.clients.a.proxy.password=" + password, "outbound-http.clients.b.read-timeout=5s");
	}

	private static SquidProxy proxy() {
		return Objects.requireNonNull(squid, "not started");
	}

	private static List<String> requests(String method, String target) {
		return proxy().requests(method).stream().filter((request) -> request.endsWith(" " + target)).toList();
	}

	private static int leased(ApplicationContext context, String client) {
		return context.getBean(OutboundHttpClients.class).pool(client).snapshot().leased();
	}

	private static @Nullable String get(ApplicationContext context, String client, String url) {
		return context.getBean(OutboundHttpClients.class)
			.restClient(client)
			.get()
			.uri(url)
			.retrieve()
			.body(String.class);
	}

	private static void hasNoCredentials(RecordedRequest request) {
		assertThat(request.header("Authorization")).isNull();
		assertThat(request.header("Proxy-Authorization")).isNull();
	}

}
