package io.outboundhttp.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.outboundhttp.EgressDeniedException;
import io.outboundhttp.EgressDeniedException.Reason;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.connect.HostLookup;
import io.outboundhttp.pool.egress.EgressMode;
import io.outboundhttp.pool.egress.EgressPolicy;
import io.outboundhttp.pool.egress.UnresolvableTargets;
import io.outboundhttp.testsupport.RawServer;
import io.outboundhttp.testsupport.TestHttpServer;
import io.outboundhttp.testsupport.TestProxyServer;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.http.client.FilteredHostException;
import org.springframework.boot.http.client.InetAddressFilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link ContextAddressFilter} on the way of a connect.
 */
class ContextAddressFilterTests {

	private static final Map<String, List<String>> NAMES = Map.of("good.test", List.of("127.0.0.1"), "inner.test",
			List.of("10.1.2.3"), "both.test", List.of("10.1.2.3", "127.0.0.1"));

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final InetAddressFilter filter = InetAddressFilter.not("10.0.0.0/8");

	private TestHttpServer server;

	private TestProxyServer proxy;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
		this.proxy = TestProxyServer.start();
		for (String host : List.of("good.test", "inner.test", "both.test", "unknown.test")) {
			this.proxy.route(host, this.server.port());
		}
	}

	@AfterEach
	void stop() {
		this.proxy.close();
		this.server.close();
	}

	@Test
	void addressThatIsFilteredIsNotTriedWhileAnotherIsThere() throws IOException {
		BoundedClients clients = clients(null, EgressPolicy.NONE);
		assertThat(CallApi.RAW.get(clients, "http://both.test:" + this.server.port() + "/")).isEqualTo("ok");
	}

	@Test
	void targetWithoutAnotherAddressIsRefusedAsSpringBootDoes() {
		BoundedClients clients = clients(null, EgressPolicy.NONE);
		assertFiltered(clients, "http://inner.test/", "inner.test");
		assertFiltered(clients, "http://10.1.2.3/", "10.1.2.3");
		assertFiltered(clients, "http://[::ffff:10.1.2.3]/", "[::ffff:10.1.2.3]");
	}

	@Test
	void addressInTheHostOfTheRequestIsFiltered() throws IOException {
		BoundedClients clients = clients(null, EgressPolicy.NONE);
		InetAddress address = InetAddress.getByAddress("good.test", new byte[] { 10, 1, 2, 3 });
		Throwable thrown = catchThrowable(() -> clients.httpClient()
			.execute(new HttpHost("http", address, 80), ClassicRequestBuilder.get("/").build(), (response) -> "sent"));
		assertThat(thrown).isInstanceOf(FilteredHostException.class);
		assertThat(clients.snapshot().leased()).isZero();
	}

	@Test
	void resolverOfTheApplicationCannotDropTheFilter() {
		CompletableFuture<Integer> firstByte = new CompletableFuture<>();
		try (RawServer inner = RawServer.start((socket, server) -> firstByte.complete(EgressTests.read(socket)))) {
			BoundedClients clients = clients(null, EgressPolicy.NONE, InetAddressFilter.externalAddresses(),
					(manager) -> manager.setDnsResolver(SystemDefaultDnsResolver.INSTANCE));
			assertFiltered(clients, "http://localhost:" + inner.port() + "/", "localhost");
			assertThat(firstByte).succeedsWithin(TestHttpServer.DEFAULT_WAIT).isEqualTo(-1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://inner.test/", "https://inner.test/", "http://10.1.2.3/", "https://10.1.2.3/",
			"http://both.test/", "http://[::ffff:10.1.2.3]/" })
	void targetBehindProxyIsFilteredByAnyAddress(String url) {
		BoundedClients clients = clients(proxy(), EgressPolicy.NONE);
		assertThat(catchThrowable(() -> CallApi.RAW.get(clients, url))).isInstanceOf(FilteredHostException.class);
		assertThat(clients.snapshot().leased()).isZero();
		assertThat(this.proxy.connectionsAccepted()).isZero();
	}

	@Test
	void proxyItselfIsNotFiltered() throws IOException {
		BoundedClients clients = clients(proxy(), EgressPolicy.NONE, InetAddressFilter.not("127.0.0.0/9"),
				UnaryOperator.identity());
		assertFiltered(clients, "http://good.test/", "good.test");
		assertThat(CallApi.RAW.get(clients, "http://inner.test/")).isEqualTo("ok");
	}

	@Test
	void targetBehindProxyThatDoesNotResolveIsDenied() {
		EgressDeniedException denied = EgressTests.denied(clients(proxy(), EgressPolicy.NONE), CallApi.RAW,
				"http://unknown.test/");
		assertThat(denied.getReason()).isEqualTo(Reason.UNRESOLVABLE);
		assertThat(denied).hasMessageEndingWith("or change outbound-http.clients.payments.egress.unresolvable");
		assertThat(this.proxy.connectionsAccepted()).isZero();
	}

	@Test
	void targetBehindProxyThatDoesNotResolveIsLeftToItOnDemand() throws IOException {
		BoundedClients clients = clients(proxy(),
				new EgressPolicy(null, List.of(), EgressMode.ENFORCE, UnresolvableTargets.ALLOW));
		assertThat(CallApi.RAW.get(clients, "http://unknown.test/")).isEqualTo("ok");
	}

	@Test
	void filterIsEnforcedWherePolicyOnlyReports() {
		BoundedClients clients = clients(proxy(),
				new EgressPolicy(null, List.of(), EgressMode.REPORT, UnresolvableTargets.DENY));
		assertFiltered(clients, "http://inner.test/", "inner.test");
		EgressTests.denied(clients, CallApi.RAW, "http://unknown.test/");
		assertThat(clients.snapshot().calls().egressDenied()).containsEntry(EgressMode.ENFORCE, 1L);
		assertThat(this.proxy.connectionsAccepted()).isZero();
	}

	@Test
	void requestToProxyThatNamesAnotherHostIsFiltered() {
		BoundedClients clients = clients(proxy(), EgressPolicy.NONE);
		Throwable thrown = catchThrowable(() -> clients.httpClient()
			.execute(new HttpHost("http", "good.test"), ClassicRequestBuilder.get("http://10.1.2.3/").build(),
					(response) -> "sent"));
		assertThat(thrown).isInstanceOf(FilteredHostException.class);
		assertThat(this.proxy.requests()).isEmpty();
		assertThat(clients.snapshot().leased()).isZero();
	}

	@Test
	void manyRefusalsAtOnceNameEachItsHost() {
		ContextAddressFilter context = new ContextAddressFilter(this.filter);
		assertThat(context.matches(new InetSocketAddress("10.1.2.3", 80))).isFalse();
		assertThat(context.matches(new InetSocketAddress("127.0.0.1", 80))).isTrue();
		List<String> hosts = IntStream.range(0, 2_000).mapToObj((i) -> "host-" + i + ".test").toList();
		assertThat(hosts.parallelStream().map(context::refusal)).allSatisfy((refusal) -> {
			assertThat(refusal).isInstanceOf(FilteredHostException.class);
			assertThat(((FilteredHostException) refusal).getFilter()).hasToString(this.filter.toString());
		}).map((refusal) -> ((FilteredHostException) refusal).getHost()).isEqualTo(hosts);
	}

	private void assertFiltered(BoundedClients clients, String url, String host) {
		Throwable thrown = catchThrowable(() -> CallApi.RAW.get(clients, url));
		assertThat(thrown).isInstanceOf(FilteredHostException.class).hasMessage("Filtered host '" + host + "'");
		assertThat(clients.snapshot().leased()).isZero();
		assertThat(clients.snapshot().calls().retries()).allSatisfy((reason, count) -> assertThat(count).isZero());
	}

	private HttpHost proxy() {
		return new HttpHost("http", this.proxy.host(), this.proxy.port());
	}

	private BoundedClients clients(@Nullable HttpHost proxy, EgressPolicy policy) {
		return clients(proxy, policy, this.filter, UnaryOperator.identity());
	}

	private BoundedClients clients(@Nullable HttpHost proxy, EgressPolicy policy, InetAddressFilter filter,
			UnaryOperator<PoolingHttpClientConnectionManagerBuilder> manager) {
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
		return BoundedClients.checked(this.leaks, names, proxy,
				(settings) -> settings.egress(policy).addressFilter(new ContextAddressFilter(filter)), manager);
	}

}
