package io.outboundhttp.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import io.outboundhttp.EgressDeniedException;
import io.outboundhttp.EgressDeniedException.Reason;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.PoolSettings;
import io.outboundhttp.pool.connect.HostLookup;
import io.outboundhttp.pool.egress.EgressMode;
import io.outboundhttp.pool.egress.EgressPolicy;
import io.outboundhttp.pool.egress.EgressRule;
import io.outboundhttp.pool.egress.UnresolvableTargets;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.RawServer;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.impl.InMemoryDnsResolver;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for the egress policy of a client that connects to its targets itself.
 */
class EgressTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final AtomicInteger lookUps = new AtomicInteger();

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@ParameterizedTest
	@EnumSource
	void targetThatIsDeniedByNameIsNotLookedUp(CallApi api) {
		BoundedClients clients = clients(addresses("127.0.0.1"), deny("*.evil.test"));
		EgressDeniedException denied = denied(clients, api,
				"http://A.evil.test.:" + this.server.port() + "/secret?q=1");
		assertThat(denied).hasMessage("Client 'payments': http://a.evil.test:" + this.server.port()
				+ " is denied, since it matches the rule '*.evil.test'. Call another target, or change "
				+ "outbound-http.clients.payments.egress.deny");
		assertThat(denied.getTarget()).isEqualTo("http://a.evil.test:" + this.server.port());
		assertThat(denied.getReason()).isEqualTo(Reason.DENY_RULE);
		assertThat(denied.getRule()).isEqualTo("*.evil.test");
		assertThat(this.lookUps).hasValue(0);
		assertNothingLeft(clients);
	}

	@Test
	void targetThatIsNotAllowedIsNotLookedUp() throws IOException {
		BoundedClients clients = clients(addresses("127.0.0.1"), allow("http://good.test"));
		EgressDeniedException denied = denied(clients, CallApi.RAW, url("other.test"));
		assertThat(denied.getReason()).isEqualTo(Reason.NO_ALLOW_RULE);
		assertThat(denied.getRule()).isNull();
		assertThat(denied).hasMessageEndingWith(" is denied, since it matches none of the rules that allow. "
				+ "Call another target, or change outbound-http.clients.payments.egress.allow");
		assertThat(this.lookUps).hasValue(0);
		assertNothingLeft(clients);
		assertThat(CallApi.RAW.get(clients, url("good.test"))).isEqualTo("ok");
	}

	@Test
	void addressThatIsDeniedIsNotTriedWhileAnotherIsThere() throws IOException {
		try (RawServer denied = RawServer.start("127.0.0.2", this.server.port(), (socket, server) -> {
		})) {
			BoundedClients clients = clients(addresses("127.0.0.2", "127.0.0.1"), deny("127.0.0.2"));
			assertThat(CallApi.RAW.get(clients, url("both.test"))).isEqualTo("ok");
			assertThat(denied.connectionsAccepted()).isZero();
			assertThat(clients.snapshot().calls().egressDenied()).containsEntry(EgressMode.ENFORCE, 0L);
		}
	}

	@Test
	void onlyAddressesThatAreAllowedAreTried() throws IOException {
		try (RawServer other = RawServer.start("127.0.0.2", this.server.port(), (socket, server) -> {
		})) {
			BoundedClients clients = clients(addresses("127.0.0.2", "127.0.0.1"), allow("127.0.0.1"));
			assertThat(CallApi.RAW.get(clients, url("both.test"))).isEqualTo("ok");
			assertThat(other.connectionsAccepted()).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource
	void targetWithoutAnotherAddressIsDenied(CallApi api) {
		BoundedClients clients = clients(addresses("127.0.0.1", "10.0.0.1"), deny("127.0.0.0/8", "10.0.0.0/8"));
		EgressDeniedException denied = denied(clients, api, url("both.test"));
		assertThat(denied).hasMessageContaining("since its address 127.0.0.1 matches the rule '127.0.0.0/8'");
		assertThat(this.lookUps).as("the request is not sent again").hasValue(1);
		assertNothingLeft(clients);
	}

	@Test
	void addressIsCheckedThatIsConnectedTo() throws IOException {
		// whoever owns the name answers otherwise the next time
		HostLookup rebinding = (host) -> addresses((this.lookUps.get() % 2 == 0) ? "127.0.0.1" : "127.0.0.2")
			.lookUp(host);
		BoundedClients clients = clients(rebinding, deny("127.0.0.2"));
		this.server.handleAll((exchange) -> exchange.respond(200, Headers.of("Connection", "close"), "ok"));
		assertThat(CallApi.RAW.get(clients, url("rebind.test"))).isEqualTo("ok");
		assertThat(this.lookUps).hasValue(1);
		denied(clients, CallApi.RAW, url("rebind.test"));
		assertThat(this.lookUps).hasValue(2);
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "127.0.0.1", "127.0.0.1.", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:1]",
					"0.0.0.0", "[::]", "[::1]", "127.1", "2130706433", "0x7f000001", "localhost", "LOCALHOST." })
	void noWayToWriteTheAddressGetsPastTheRule(String host) {
		BoundedClients clients = clients((name) -> {
			this.lookUps.incrementAndGet();
			return InetAddress.getAllByName(name);
		}, deny("127.0.0.0/8", "::1"));
		Throwable thrown = catchThrowable(() -> CallApi.RAW.get(clients, url(host)));
		// not every JVM takes each of them for an address
		assertThat(thrown).isInstanceOfAny(EgressDeniedException.class, UnknownHostException.class);
		assertThat(this.server.connectionsAccepted()).isZero();
		assertThat(clients.snapshot().leased()).isZero();
	}

	@Test
	void addressInTheHostOfTheRequestIsChecked() throws IOException {
		BoundedClients clients = clients(addresses(), deny("127.0.0.0/8"));
		InetAddress address = InetAddress.getByAddress("good.test", new byte[] { 127, 0, 0, 1 });
		Throwable thrown = catchThrowable(() -> clients.httpClient()
			.execute(new HttpHost("http", address, this.server.port()), ClassicRequestBuilder.get("/").build(),
					(response) -> "sent"));
		assertThat(thrown).isInstanceOf(EgressDeniedException.class)
			.hasMessageStartingWith("Client 'payments': http://good.test:" + this.server.port() + " is denied");
		assertThat(this.lookUps).hasValue(0);
		assertNothingLeft(clients);
	}

	@Test
	void redirectToTargetThatIsDeniedIsNotFollowed() {
		try (TestHttpServer inner = TestHttpServer.start()) {
			this.server.handle("/away", Handler.redirect("http://inner.test:" + inner.port() + "/"));
			BoundedClients clients = clients(addresses("127.0.0.1"), deny("inner.test"));
			EgressDeniedException denied = denied(clients, CallApi.RAW, url("good.test") + "away");
			assertThat(denied.getTarget()).isEqualTo("http://inner.test:" + inner.port());
			assertThat(inner.connectionsAccepted()).isZero();
			assertThat(this.server.requests()).hasSize(1);
			assertThat(clients.snapshot().leased()).isZero();
		}
	}

	@Test
	void reportedTargetIsCalledAndWarnedOfOnce() throws IOException {
		this.leaks.expectWarning("Client 'payments': " + url("evil.test").replaceAll("/$", "")
				+ " would be denied, since its address 127.0.0.1 matches the rule '127.0.0.0/8'; "
				+ "see outbound-http.clients.payments.egress.deny");
		this.server.handleAll((exchange) -> exchange.respond(200, Headers.of("Connection", "close"), "ok"));
		BoundedClients clients = clients(addresses("127.0.0.1"),
				policy(null, List.of("127.0.0.0/8"), EgressMode.REPORT));
		for (int i = 0; i < 3; i++) {
			assertThat(CallApi.RAW.get(clients, url("evil.test"))).isEqualTo("ok");
		}
		assertThat(clients.snapshot().calls().egressDenied()).containsEntry(EgressMode.REPORT, 3L)
			.containsEntry(EgressMode.ENFORCE, 0L);
	}

	@Test
	void nothingIsReportedThatWouldNotBeDenied() throws IOException {
		BoundedClients clients = clients(addresses("127.0.0.2", "127.0.0.1"),
				policy(null, List.of("127.0.0.2"), EgressMode.REPORT));
		assertThat(CallApi.RAW.get(clients, url("both.test"))).isEqualTo("ok");
		assertThat(clients.snapshot().calls().egressDenied()).containsEntry(EgressMode.REPORT, 0L);
	}

	@Test
	void addressThatIsDeniedIsReportedOnceItIsTriedInReportMode() throws IOException {
		this.leaks.expectWarning("would be denied, since its address 127.0.0.1 matches the rule '127.0.0.1'");
		BoundedClients clients = clients(addresses("127.0.0.1", "127.0.0.3"),
				policy(null, List.of("127.0.0.1"), EgressMode.REPORT));
		assertThat(CallApi.RAW.get(clients, url("both.test"))).as("127.0.0.3 refuses").isEqualTo("ok");
		assertThat(clients.snapshot().calls().egressDenied()).containsEntry(EgressMode.REPORT, 1L);
	}

	@Test
	void resolverOfTheApplicationCannotLeadPastTheRule() throws Exception {
		CompletableFuture<Integer> firstByte = new CompletableFuture<>();
		try (RawServer inner = RawServer.start((socket, server) -> firstByte.complete(read(socket)))) {
			BoundedClients clients = clients(addresses(), deny("127.0.0.0/8"),
					(manager) -> manager.setDnsResolver(resolver("inner.test", "127.0.0.1")));
			EgressDeniedException denied = denied(clients, CallApi.RAW, "http://inner.test:" + inner.port() + "/");
			assertThat(denied).hasMessageContaining("its address 127.0.0.1");
			assertThat(firstByte).as("the connection ends without a byte")
				.succeedsWithin(TestHttpServer.DEFAULT_WAIT)
				.isEqualTo(-1);
			assertNothingLeft(clients);
		}
	}

	@Test
	void resolverOfTheApplicationCannotLeadPastTheRuleToTls() throws Exception {
		CompletableFuture<Integer> firstByte = new CompletableFuture<>();
		try (RawServer inner = RawServer.start((socket, server) -> firstByte.complete(read(socket)))) {
			BoundedClients clients = clients(addresses(), deny("127.0.0.0/8"),
					(manager) -> manager.setDnsResolver(resolver("inner.test", "127.0.0.1")));
			denied(clients, CallApi.RAW, "https://inner.test:" + inner.port() + "/");
			assertThat(firstByte).as("not even of the handshake")
				.succeedsWithin(TestHttpServer.DEFAULT_WAIT)
				.isEqualTo(-1);
			assertNothingLeft(clients);
		}
	}

	@Test
	void nothingButTheHandshakeGoesOutWithResolverAndTlsOfTheApplication() throws IOException {
		try (TestHttpServer inner = TestHttpServer.startTls(TestCertificates.get().serverContext(), false)) {
			BoundedClients clients = clients(addresses(), deny("127.0.0.0/8"),
					(manager) -> manager.setDnsResolver(SystemDefaultDnsResolver.INSTANCE)
						.setTlsSocketStrategy(new DefaultClientTlsStrategy(TestCertificates.get().trustOnlyContext())));
			denied(clients, CallApi.RAW, "https://localhost:" + inner.port() + "/");
			assertThat(inner.requests()).isEmpty();
			assertThat(clients.snapshot().leased()).isZero();
			inner.awaitNoOpenConnections();
		}
	}

	static int read(Socket socket) {
		try {
			return socket.getInputStream().read();
		}
		catch (IOException ex) {
			return -1;
		}
	}

	private static InMemoryDnsResolver resolver(String host, String address) {
		InMemoryDnsResolver resolver = new InMemoryDnsResolver();
		try {
			resolver.add(host, InetAddress.getByName(address));
		}
		catch (UnknownHostException ex) {
			throw new AssertionError(ex);
		}
		return resolver;
	}

	private String url(String host) {
		return "http://" + host + ":" + this.server.port() + "/";
	}

	private void assertNothingLeft(BoundedClients clients) {
		assertThat(clients.snapshot().calls().egressDenied()).containsEntry(EgressMode.ENFORCE, 1L);
		assertThat(this.server.connectionsAccepted()).isZero();
		assertThat(clients.snapshot().leased()).isZero();
		assertThat(clients.snapshot().calls().retries()).allSatisfy((reason, count) -> assertThat(count).isZero());
	}

	static EgressDeniedException denied(BoundedClients clients, CallApi api, String url) {
		return CallApi.find(catchThrowable(() -> api.get(clients, url)), EgressDeniedException.class);
	}

	private BoundedClients clients(HostLookup hosts, EgressPolicy policy) {
		return clients(hosts, policy, UnaryOperator.identity());
	}

	private BoundedClients clients(HostLookup hosts, EgressPolicy policy,
			UnaryOperator<PoolingHttpClientConnectionManagerBuilder> manager) {
		return BoundedClients.checked(this.leaks, hosts, null,
				(PoolSettings.Builder settings) -> settings.egress(policy), manager);
	}

	private HostLookup addresses(String... addresses) {
		return (host) -> {
			this.lookUps.incrementAndGet();
			if (addresses.length == 0) {
				throw new UnknownHostException(host);
			}
			InetAddress[] found = new InetAddress[addresses.length];
			for (int i = 0; i < addresses.length; i++) {
				found[i] = InetAddress.getByAddress(host, InetAddress.getByName(addresses[i]).getAddress());
			}
			return found;
		};
	}

	static EgressPolicy deny(String... rules) {
		return policy(null, List.of(rules), EgressMode.ENFORCE);
	}

	static EgressPolicy allow(String... rules) {
		return policy(Arrays.asList(rules), List.of(), EgressMode.ENFORCE);
	}

	static EgressPolicy policy(@Nullable List<String> allow, List<String> deny, EgressMode mode) {
		return new EgressPolicy((allow != null) ? allow.stream().map(EgressRule::parse).toList() : null,
				deny.stream().map(EgressRule::parse).toList(), mode, UnresolvableTargets.DENY);
	}

}
