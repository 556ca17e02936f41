package io.outboundhttp.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import io.outboundhttp.EgressDeniedException;
import io.outboundhttp.EgressDeniedException.Reason;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.connect.HostLookup;
import io.outboundhttp.pool.egress.EgressMode;
import io.outboundhttp.pool.egress.EgressPolicy;
import io.outboundhttp.pool.egress.UnresolvableTargets;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import io.outboundhttp.testsupport.TestProxyServer;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for the egress policy of a client that goes through a proxy.
 */
class ProxiedEgressTests {

	/**
	 * Addresses that are reserved for documentation: nothing is ever connected to them.
	 */
	private static final Map<String, List<String>> NAMES = Map.of("good.test", List.of("192.0.2.1"), "inner.test",
			List.of("10.1.2.3"), "both.test", List.of("192.0.2.1", "10.1.2.3"));

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	private TestHttpServer tlsServer;

	private TestProxyServer proxy;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
		this.tlsServer = TestHttpServer.startTls(TestCertificates.get().serverContext(), false);
		this.proxy = TestProxyServer.start();
		for (String host : List.of("good.test", "inner.test", "both.test", "unknown.test", "0x0a.1")) {
			this.proxy.route(host, this.server.port());
		}
	}

	@AfterEach
	void stop() {
		this.proxy.close();
		this.tlsServer.close();
		this.server.close();
	}

	@Test
	@DisplayName("The address of the proxy itself is not checked")
	void addressOfTheProxyIsExempt() throws IOException {
		BoundedClients clients = clients(EgressTests.deny("127.0.0.0/8", "10.0.0.0/8"));
		assertThat(CallApi.RAW.get(clients, "http://good.test/")).isEqualTo("ok");
	}

	@Test
	@DisplayName("A list that allows targets need not name the proxy")
	void proxyNeedsNoRuleThatAllowsIt() throws IOException {
		BoundedClients clients = clients(EgressTests.allow("good.test"));
		assertThat(CallApi.RAW.get(clients, "http://good.test/")).isEqualTo("ok");
		assertDenied(clients, "http://inner.test/", Reason.NO_ALLOW_RULE);
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://inner.test/", "http://INNER.test./", "http://10.1.2.3/",
			"http://[::ffff:10.1.2.3]/", "https://inner.test/", "https://10.1.2.3/", "http://both.test/" })
	@DisplayName("A target with an address that is denied never reaches the proxy")
	void targetIsDeniedByAnyAddress(String url) {
		assertDenied(clients(EgressTests.deny("10.0.0.0/8")), url, Reason.DENY_RULE);
		assertThat(this.proxy.connectionsAccepted()).isZero();
	}

	@Test
	@DisplayName("A target is denied by name without a look-up")
	void targetIsDeniedByName() {
		assertDenied(clients(EgressTests.deny("https://*.test:443")), "https://unknown.test/", Reason.DENY_RULE);
		assertThat(this.proxy.connectionsAccepted()).isZero();
	}

	@Test
	@DisplayName("A target that does not resolve here is denied if its addresses matter")
	void unresolvableTargetIsDenied() throws IOException {
		EgressDeniedException denied = assertDenied(clients(EgressTests.deny("10.0.0.0/8")), "http://unknown.test/",
				Reason.UNRESOLVABLE);
		assertThat(denied).hasMessage("Client 'payments': http://unknown.test:80 is denied, since it is behind a proxy "
				+ "and its addresses are not known here. Call another target, or change "
				+ "outbound-http.clients.payments.egress.unresolvable");
		assertThat(this.proxy.connectionsAccepted()).isZero();
		assertThat(CallApi.RAW.get(clients(EgressTests.deny("evil.test")), "http://unknown.test/")).isEqualTo("ok");
	}

	@Test
	@DisplayName("A target that does not resolve here is left to the proxy on demand, but for an odd address")
	void unresolvableTargetIsLeftToTheProxyOnDemand() throws IOException {
		BoundedClients clients = clients(new EgressPolicy(null, EgressTests.deny("10.0.0.0/8").deny(),
				EgressMode.ENFORCE, UnresolvableTargets.ALLOW));
		assertThat(CallApi.RAW.get(clients, "http://unknown.test/")).isEqualTo("ok");
		assertDenied(clients, "http://0x0a.1/", Reason.UNRESOLVABLE);
	}

	@Test
	@DisplayName("A connection to the proxy is not used for another target")
	void connectionToTheProxyIsNotUsedForAnotherTarget() throws IOException {
		BoundedClients clients = clients(EgressTests.deny("inner.test"));
		assertThat(CallApi.RAW.get(clients, "http://good.test/")).isEqualTo("ok");
		assertDenied(clients, "http://inner.test/", Reason.DENY_RULE);
		assertThat(this.proxy.targets()).containsExactly("http://good.test/");
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://inner.test/", "http://10.1.2.3/", "http://both.test/" })
	@DisplayName("A request whose URI names another host than its route is denied by that")
	void requestThatNamesAnotherHostIsDenied(String url) throws IOException {
		BoundedClients clients = clients(EgressTests.deny("10.0.0.0/8"));
		HttpHost route = new HttpHost("http", "good.test");
		Throwable thrown = catchThrowable(() -> clients.httpClient()
			.execute(route, ClassicRequestBuilder.get(url).build(), (response) -> "sent"));
		assertThat(thrown).isInstanceOf(EgressDeniedException.class);
		assertThat(this.proxy.targets()).isEmpty();
		assertThat(clients.snapshot().leased()).isZero();
		String body = clients.httpClient()
			.execute(route, ClassicRequestBuilder.get("http://GOOD.test/").build(),
					(response) -> EntityUtils.toString(response.getEntity()));
		assertThat(body).isEqualTo("ok");
	}

	@Test
	@DisplayName("What is reported only goes to the proxy")
	void reportedTargetGoesToTheProxy() throws IOException {
		this.leaks
			.expectWarning("Client 'payments': http://unknown.test:80 would be denied, since it is behind a proxy "
					+ "and its addresses are not known here; see outbound-http.clients.payments.egress.unresolvable");
		this.leaks.expectWarning("Client 'payments': http://inner.test:80 would be denied, since its address 10.1.2.3");
		BoundedClients clients = clients(EgressTests.policy(null, List.of("10.0.0.0/8"), EgressMode.REPORT));
		assertThat(CallApi.RAW.get(clients, "http://unknown.test/")).isEqualTo("ok");
		assertThat(CallApi.RAW.get(clients, "http://inner.test/")).isEqualTo("ok");
		assertThat(clients.snapshot().calls().egressDenied()).containsEntry(EgressMode.REPORT, 2L);
	}

	private EgressDeniedException assertDenied(BoundedClients clients, String url, Reason reason) {
		EgressDeniedException denied = EgressTests.denied(clients, CallApi.RAW, url);
		assertThat(denied.getReason()).isEqualTo(reason);
		assertThat(clients.snapshot().leased()).isZero();
		return denied;
	}

	private BoundedClients clients(EgressPolicy policy) {
		HostLookup names = (host) -> {
			List<String> addresses = NAMES.get(host);
			if (addresses == null) {
				throw new UnknownHostException(host);
			}
			InetAddress[] found = new InetAddress[addresses.size()];
			for (int i = 0; i < found.length; i++) {
				found[i] = InetAddress.getByName(addresses.get(i));
			}
			return found;
		};
		return BoundedClients.checked(this.leaks, names, new HttpHost("http", this.proxy.host(), this.proxy.port()),
				(settings) -> settings.egress(policy), UnaryOperator.identity());
	}

}
