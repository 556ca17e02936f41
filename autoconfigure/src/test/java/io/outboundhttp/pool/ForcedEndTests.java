package io.outboundhttp.pool;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.LeaseReclaimedException;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.Gate;
import io.outboundhttp.client.GatedDnsResolver;
import io.outboundhttp.client.ManagedHttpClients;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for leases that end against the will of their holder, twice, or too late, and for
 * what becomes of their connections.
 */
@org.junit.jupiter.api.Timeout(60)
class ForcedEndTests {

	private static final Timeout SOON = Timeout.ofSeconds(10);

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ConnectionPools pools = this.leaks.watch(PoolFixture.pools(new FakeTimeSource(1)));

	private final Gate gate = new Gate();

	private TestHttpServer server;

	private HttpRoute route;

	private HttpRoute gated;

	private ConnectionPool pool;

	private ManagedConnectionManager manager;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
		this.route = new HttpRoute(new HttpHost("http", "127.0.0.1", this.server.port()));
		this.gated = new HttpRoute(new HttpHost("http", "gated.test", this.server.port()));
		this.pool = this.pools.open("a", PoolFixture.settings(), manager().build());
		this.manager = this.pools.connectionManager(() -> this.pool);
	}

	@AfterEach
	void stop() {
		this.gate.open();
		this.server.close();
	}

	private PoolingHttpClientConnectionManagerBuilder manager() {
		return PoolingHttpClientConnectionManagerBuilder.create()
			.setDnsResolver(new GatedDnsResolver(this.gate, Map.of("gated.test", "127.0.0.1")));
	}

	// Twice and too late

	@Test
	void secondReleaseIsANoOpForTheNextLessee() throws Exception {
		ConnectionEndpoint first = leaseConnected(null);
		this.manager.release(first, null, TimeValue.NEG_ONE_MILLISECOND);
		ConnectionEndpoint second = lease(this.route, null);
		assertThat(second.isConnected()).isTrue();
		this.manager.release(first, null, TimeValue.NEG_ONE_MILLISECOND);
		this.manager.release(first, null, null);
		assertThat(this.pool.snapshot().leased()).isEqualTo(1);
		assertThat(this.pool.snapshot().available()).isZero();
		assertThat(second.isConnected()).isTrue();
		this.manager.release(second, null, TimeValue.NEG_ONE_MILLISECOND);
		assertThat(this.pool.snapshot().available()).isEqualTo(1);
		awaitAccepted(1);
	}

	@Test
	void lateCloseAndCancelDoNotReachTheNextLessee() throws Exception {
		ConnectionEndpoint first = leaseConnected(null);
		this.manager.release(first, null, TimeValue.NEG_ONE_MILLISECOND);
		ConnectionEndpoint second = lease(this.route, null);
		first.close(CloseMode.IMMEDIATE);
		first.close();
		first.setSocketTimeout(Timeout.ofMilliseconds(1));
		assertThat(((LeasedEndpoint) first).lease().take(TrackedLease.TakeReason.OVERDUE)).isFalse();
		assertThat(first.isConnected()).isFalse();
		assertThat(first.getInfo()).isNull();
		assertThat(((LeasedEndpoint) first).get()).isNull();
		assertThatExceptionOfType(RequestFailedException.class)
			.isThrownBy(() -> this.manager.connect(first, null, HttpClientContext.create()));
		assertThatExceptionOfType(RequestFailedException.class)
			.isThrownBy(() -> this.manager.upgrade(first, HttpClientContext.create()));
		assertThat(second.isConnected()).isTrue();
		assertThat(((LeasedEndpoint) second).lease().connection().raw())
			.satisfies((raw) -> assertThat(raw.getSocketTimeout()).isNotEqualTo(Timeout.ofMilliseconds(1)));
		this.manager.release(second, null, TimeValue.NEG_ONE_MILLISECOND);
		assertThat(this.pool.snapshot().connections().closed().values()).containsOnly(0L);
	}

	@Test
	void lateReleaseOfATakenLeaseDoesNotReachTheNextLessee() throws Exception {
		ConnectionEndpoint first = leaseConnected(null);
		assertThat(ForcedEnds.takeAll(this.pool)).isEqualTo(1);
		ConnectionEndpoint second = leaseConnected(null);
		this.manager.release(first, "alice", TimeValue.NEG_ONE_MILLISECOND);
		assertThat(this.pool.snapshot().leased()).isEqualTo(1);
		assertThat(this.pool.snapshot().available()).isZero();
		assertThatExceptionOfType(LeaseReclaimedException.class)
			.isThrownBy(() -> this.manager.connect(first, null, HttpClientContext.create()));
		this.manager.release(second, null, TimeValue.NEG_ONE_MILLISECOND);
		assertThat(ForcedEnds.takeAll(this.pool)).as("an idle connection has no lease").isZero();
	}

	// During connect

	@Test
	void connectionThatIsReleasedWhileItConnectsIsNeverPooled() throws Exception {
		ConnectionEndpoint endpoint = lease(this.gated, null);
		CompletableFuture<@Nullable Throwable> connect = connect(endpoint);
		this.gate.awaitArrival();
		this.manager.release(endpoint, null, TimeValue.NEG_ONE_MILLISECOND);
		assertThat(this.pool.snapshot().leased()).as("until connect() is over").isEqualTo(1);
		this.gate.open();
		assertThat(connect.get(10, TimeUnit.SECONDS)).isExactlyInstanceOf(RequestFailedException.class);
		assertThat(this.pool.snapshot().leased()).isZero();
		assertThat(this.pool.snapshot().available()).isZero();
		this.server.awaitNoOpenConnections();
		assertThat(endpoint.isConnected()).isFalse();
	}

	@Test
	void connectionThatIsTakenWhileItsNameIsResolvedLeavesNoSocket() throws Exception {
		ConnectionEndpoint endpoint = lease(this.gated, null);
		CompletableFuture<@Nullable Throwable> connect = connect(endpoint);
		this.gate.awaitArrival();
		assertThat(ForcedEnds.takeAll(this.pool)).isEqualTo(1);
		assertThat(ForcedEnds.takeAll(this.pool)).as("taken once").isZero();
		this.gate.open();
		assertThat(connect.get(10, TimeUnit.SECONDS)).isExactlyInstanceOf(LeaseReclaimedException.class);
		assertThat(this.pool.snapshot().leased()).isZero();
		assertThat(this.pool.snapshot().available()).isZero();
		this.server.awaitNoOpenConnections();
		await().untilAsserted(
				() -> assertThat(this.pool.snapshot().connections().closed()).containsEntry(CloseReason.RECLAIMED, 1L));
	}

	@Test
	void controlAbortDuringResolutionLeavesASocketAndAnIllegalState() throws Exception {
		List<ManagedHttpClientConnection> created = new CopyOnWriteArrayList<>();
		try (PoolingHttpClientConnectionManager own = manager().setConnectionFactory((unused) -> {
			ManagedHttpClientConnection connection = ManagedHttpClientConnectionFactory.INSTANCE
				.createConnection(unused);
			created.add(connection);
			return connection;
		}).build();
				CloseableHttpClient client = HttpClients.custom()
					.setConnectionManager(own)
					.disableAutomaticRetries()
					.build()) {
			HttpGet request = new HttpGet("http://gated.test:" + this.server.port() + "/");
			CompletableFuture<@Nullable Throwable> call = failure(
					() -> client.execute(request, (response) -> response.getCode()));
			this.gate.awaitArrival();
			request.abort();
			this.gate.open();
			assertThat(call.get(10, TimeUnit.SECONDS)).isInstanceOf(IllegalStateException.class);
			this.server.awaitOpenConnections(1);
			assertThat(created).hasSize(1);
			assertThat(created.get(0).getSocket().isClosed()).isFalse();
			assertThat(own.getTotalStats().getLeased() + own.getTotalStats().getAvailable()).isZero();
		}
		assertThat(created.get(0).getSocket().isClosed()).as("by the end of the connection manager").isFalse();
		created.get(0).getSocket().close();
	}

	@Test
	void reclaimDuringATlsHandshakeSendsNothingInClearTextAndLeavesNoSocket() throws Exception {
		try (StalledTlsServer stalled = new StalledTlsServer()) {
			ConnectionPool secure = this.pools.open("secure", PoolFixture.settings(),
					PoolingHttpClientConnectionManagerBuilder.create()
						.setTlsSocketStrategy(new DefaultClientTlsStrategy(TestCertificates.get().trustOnlyContext()))
						.setMaxConnPerRoute(1)
						.build());
			try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, secure).build()) {
				for (int i = 0; i < 5; i++) {
					HttpGet request = new HttpGet("https://127.0.0.1:" + stalled.port() + "/");
					request.setHeader("Authorization", "Bearer secret");
					CompletableFuture<@Nullable Throwable> call = failure(
							() -> client.execute(request, (response) -> response.getCode()));
					stalled.awaitHello(i + 1);
					assertThat(ForcedEnds.takeAll(secure)).isEqualTo(1);
					assertThat(call.get(10, TimeUnit.SECONDS)).isExactlyInstanceOf(LeaseReclaimedException.class);
					stalled.awaitClosed(i + 1);
				}
			}
			assertThat(secure.snapshot().available()).isZero();
			assertThat(stalled.received()).hasSize(5).allSatisfy((bytes) -> {
				assertThat(bytes[0]).as("a TLS handshake record").isEqualTo((byte) 22);
				assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("GET ")
					.doesNotContain("Bearer");
			});
		}
	}

	// State

	@Test
	void connectionsOfUsersAreNeverMixed() throws Exception {
		ConnectionEndpoint alice = leaseConnected("alice");
		this.manager.release(alice, "alice", TimeValue.NEG_ONE_MILLISECOND);
		ConnectionEndpoint bob = lease(this.route, "bob");
		assertThat(bob.isConnected()).as("bob gets alice's connection").isFalse();
		ConnectionEndpoint nobody = lease(this.route, null);
		assertThat(nobody.isConnected()).as("nobody gets alice's connection").isFalse();
		ConnectionEndpoint again = lease(this.route, "alice");
		assertThat(again.isConnected()).as("alice gets her own connection").isTrue();
		for (ConnectionEndpoint endpoint : List.of(bob, nobody, again)) {
			this.manager.release(endpoint, null, null);
		}
		awaitAccepted(1);
	}

	@Test
	void connectionOfAUserIsClosedWhereAnotherUserNeedsItsPlace() throws Exception {
		this.pool.setMaxPerRoute(1);
		this.manager.release(leaseConnected("alice"), "alice", TimeValue.NEG_ONE_MILLISECOND);
		ConnectionEndpoint bob = leaseConnected("bob");
		awaitAccepted(2);
		this.server.awaitOpenConnections(1);
		this.manager.release(bob, "bob", TimeValue.NEG_ONE_MILLISECOND);
		assertThat(this.pool.snapshot().connections().closed()).containsEntry(CloseReason.IDLE, 1L);
	}

	// Again on the same endpoint

	@Test
	void endpointThatWasClosedMayBeConnectedAgainAndIsCounted() throws Exception {
		ConnectionEndpoint endpoint = leaseConnected(null);
		endpoint.close();
		assertThat(endpoint.isConnected()).isFalse();
		this.manager.connect(endpoint, null, HttpClientContext.create());
		assertThat(endpoint.isConnected()).isTrue();
		this.manager.release(endpoint, null, TimeValue.NEG_ONE_MILLISECOND);
		awaitAccepted(2);
		this.server.awaitOpenConnections(1);
		assertThat(this.pool.snapshot().connections().opened()).isEqualTo(2);
		assertThat(this.pool.snapshot().connections().closed()).containsEntry(CloseReason.EXPIRED, 1L);
		assertThat(this.pool.snapshot().available()).isEqualTo(1);
	}

	@Test
	void challengeOfAProxyThatClosesTheConnectionIsAnsweredOnANewOne() throws Exception {
		this.server.handleAll((exchange) -> {
			if (exchange.header("Proxy-Authorization") == null) {
				exchange.respond(407, Headers.of("Proxy-Authenticate", "Basic realm=\"proxy\"", "Connection", "close"),
						"");
			}
			else {
				exchange.respond(200, "through the proxy");
			}
		});
		HttpHost proxy = new HttpHost("http", "127.0.0.1", this.server.port());
		BasicCredentialsProvider credentials = new BasicCredentialsProvider();
		credentials.setCredentials(new AuthScope(proxy),
				new UsernamePasswordCredentials("user", "password".toCharArray()));
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, this.pool)
			.setProxy(proxy)
			.setDefaultCredentialsProvider(credentials)
			.build()) {
			assertThat(PoolFixture.get(client, "http://target.test/")).isEqualTo("through the proxy");
		}
		awaitAccepted(2);
		assertThat(this.pool.snapshot().connections().opened()).isEqualTo(2);
		assertThat(this.pool.snapshot().connections().closed()).containsEntry(CloseReason.EXPIRED, 1L);
		assertThat(this.pool.snapshot().leased()).isZero();
		assertThat(this.pool.snapshot().available()).isEqualTo(1);
	}

	private void awaitAccepted(int connections) {
		await().untilAsserted(() -> assertThat(this.server.connectionsAccepted()).isEqualTo(connections));
	}

	private ConnectionEndpoint lease(HttpRoute target, @Nullable Object state) throws Exception {
		return this.manager.lease("x", target, SOON, state).get(SOON);
	}

	private ConnectionEndpoint leaseConnected(@Nullable Object state) throws Exception {
		ConnectionEndpoint endpoint = lease(this.route, state);
		this.manager.connect(endpoint, null, HttpClientContext.create());
		return endpoint;
	}

	private CompletableFuture<@Nullable Throwable> connect(ConnectionEndpoint endpoint) {
		return failure(() -> this.manager.connect(endpoint, null, HttpClientContext.create()));
	}

	private static CompletableFuture<@Nullable Throwable> failure(Step step) {
		CompletableFuture<@Nullable Throwable> failure = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try {
				step.run();
				failure.complete(null);
			}
			catch (Throwable ex) {
				failure.complete(ex);
			}
		}, "step");
		thread.setDaemon(true);
		thread.start();
		return failure;
	}

	/**
	 * What may fail.
	 */
	private interface Step {

		void run() throws Exception;

	}

}
