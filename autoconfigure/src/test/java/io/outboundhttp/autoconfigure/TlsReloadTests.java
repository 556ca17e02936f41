package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import io.outboundhttp.testsupport.Endpoints;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.actuate.endpoint.ClientDescriptor;
import io.outboundhttp.actuate.endpoint.TlsDescriptor;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.client.TlsStatus;
import io.outboundhttp.pool.CloseReason;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.RotatedBundle;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for SSL bundles that are updated while clients use them.
 */
@Timeout(120)
class TlsReloadTests {

	private static final String BUNDLE = "rotated";

	private static final String A = "CN=client-a";

	private static final String B = "CN=client-b";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	@TempDir
	private Path directory;

	private RotatedBundle bundle;

	private TestHttpServer server;

	@BeforeEach
	void start() throws IOException {
		this.bundle = new RotatedBundle(this.directory);
		this.server = TestHttpServer.startTls(TestCertificates.get().serverContext(), true);
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private ApplicationContextRunner managed() {
		return TakeoverTestContexts.takenOver()
			.withInitializer(this.leaks)
			.withPropertyValues(this.bundle.properties(BUNDLE))
			.withPropertyValues("outbound-http.clients.payments.ssl.bundle=" + BUNDLE,
					"outbound-http.clients.payments.base-url=" + this.server.url());
	}

	private static RestClient payments(ApplicationContext context) {
		return context.getBean(OutboundHttpClients.class).restClient("payments");
	}

	private static ConnectionPool pool(ApplicationContext context) {
		return TakeoverTestContexts.pool(context, "payments");
	}

	private static TlsStatus tls(ApplicationContext context) {
		TlsStatus status = context.getBean(OutboundHttpClients.class).tls(pool(context));
		assertThat(status).isNotNull();
		return status;
	}

	private static TlsDescriptor shown(ApplicationContext context) {
		ClientDescriptor client = Endpoints.create(context.getBean(OutboundHttpClients.class)).client("payments");
		assertThat(client).isNotNull();
		assertThat(client.tls()).isNotNull();
		return client.tls();
	}

	private String get(RestClient client, String path) {
		String body = client.get().uri(path).retrieve().body(String.class);
		assertThat(body).isNotNull();
		return body;
	}

	private String principalOfNext(RestClient client, String url) {
		int before = this.server.requests().size();
		get(client, url);
		return principal(this.server.requests().get(before));
	}

	private static String principal(RecordedRequest request) {
		return String.valueOf(request.peerPrincipal());
	}

	@Test
	@DisplayName("S1 a rotated certificate reaches a live client, and its call in progress ends well")
	void rotatedCertificateReachesTheLiveClient() {
		managed().run((context) -> {
			RestClient client = payments(context);
			assertThat(principalOfNext(client, "/")).isEqualTo(A);
			this.server.handle("/slow", (exchange) -> {
				exchange.stall();
				exchange.respond(200, "late");
			});
			CompletableFuture<String> inProgress = CompletableFuture.supplyAsync(() -> get(client, "/slow"));
			this.server.awaitRequests(2);
			this.bundle.rotate(TestCertificates.CLIENT_B, TestCertificates.CLIENT_B);
			await().until(() -> tls(context).reloads() > 0);
			assertThat(principalOfNext(client, "/")).isEqualTo(B);
			this.server.releaseStalled();
			assertThat(inProgress.get(10, TimeUnit.SECONDS)).isEqualTo("late");
			await().until(() -> pool(context).snapshot().leased() == 0);
			this.server.awaitOpenConnections(1);
			assertThat(principalOfNext(client, "/")).isEqualTo(B);
			assertThat(this.server.connectionsAccepted()).isEqualTo(2);
			assertThat(pool(context).snapshot().connections().closed()).containsEntry(CloseReason.SHUTDOWN, 1L);
		});
	}

	@Test
	@DisplayName("S1 a rotated certificate reaches Boot's builders, made before or after")
	void rotatedCertificateReachesBootsBuilders() {
		managed().withPropertyValues("spring.http.clients.ssl.bundle=" + BUNDLE).run((context) -> {
			RestClient before = context.getBean(RestClient.Builder.class).build();
			assertThat(principalOfNext(before, this.server.url())).isEqualTo(A);
			context.getBean(SslBundleRegistry.class).updateBundle(BUNDLE, RotatedBundle.of(TestCertificates.CLIENT_B));
			RestClient after = context.getBean(RestClient.Builder.class).build();
			assertThat(principalOfNext(after, this.server.url())).isEqualTo(B);
			assertThat(principalOfNext(before, this.server.url())).isEqualTo(B);
			assertThat(TakeoverTestContexts.pools(context)).as("still shared").containsExactly("default");
		});
	}

	@Test
	@DisplayName("S2 no call fails during five rotations, and each old connection serves one more response at most")
	void noCallFailsDuringRotations() {
		managed().run((context) -> {
			RestClient client = payments(context);
			SslBundleRegistry registry = context.getBean(SslBundleRegistry.class);
			List<Rotation> rotations = new ArrayList<>();
			AtomicInteger calls = new AtomicInteger();
			AtomicBoolean done = new AtomicBoolean();
			ExecutorService callers = Executors.newFixedThreadPool(8);
			try {
				List<Future<?>> results = new ArrayList<>();
				for (int i = 0; i < 8; i++) {
					results.add(callers.submit(() -> {
						while (!done.get()) {
							get(client, "/");
							calls.incrementAndGet();
						}
					}));
				}
				for (int rotation = 1; rotation <= 5; rotation++) {
					int goal = calls.get() + 100;
					await().until(() -> calls.get() >= goal || results.stream().anyMatch(Future::isDone));
					long begin = System.nanoTime();
					registry.updateBundle(BUNDLE, RotatedBundle
						.of((rotation % 2 == 1) ? TestCertificates.CLIENT_B : TestCertificates.CLIENT_A));
					rotations.add(new Rotation(begin, System.nanoTime()));
				}
				int goal = calls.get() + 100;
				await().until(() -> calls.get() >= goal || results.stream().anyMatch(Future::isDone));
				done.set(true);
				for (Future<?> result : results) {
					result.get(10, TimeUnit.SECONDS);
				}
			}
			finally {
				done.set(true);
				callers.shutdown();
			}
			assertThat(this.server.failures()).isEmpty();
			assertThat(calls).hasValueGreaterThan(600 - 1);
			assertOneResponsePerOldConnection(rotations);
		});
	}

	private void assertOneResponsePerOldConnection(List<Rotation> rotations) {
		Map<Integer, List<RecordedRequest>> byConnection = this.server.requests()
			.stream()
			.collect(Collectors.groupingBy(RecordedRequest::connection));
		for (int i = 0; i < rotations.size(); i++) {
			Rotation rotation = rotations.get(i);
			byConnection.forEach((connection, requests) -> {
				if (requests.get(0).receivedNanos() < rotation.begin()) {
					assertThat(requests).as("connection %d", connection)
						.filteredOn((request) -> request.receivedNanos() >= rotation.end())
						.hasSizeLessThanOrEqualTo(1);
				}
			});
			String expected = (i % 2 == 0) ? B : A;
			long next = (i + 1 < rotations.size()) ? rotations.get(i + 1).begin() : Long.MAX_VALUE;
			assertThat(byConnection.values()).as("connections after rotation %d", i + 1)
				.filteredOn((requests) -> requests.get(0).receivedNanos() > rotation.end()
						&& requests.get(0).receivedNanos() < next)
				.anySatisfy((requests) -> assertThat(principal(requests.get(0))).isEqualTo(expected));
		}
	}

	@Test
	@DisplayName("S2 a rotation to files that do not fit keeps what was there, and the next good one is taken up")
	void badRotationKeepsWhatWasThere() {
		managed().run((context) -> {
			RestClient client = payments(context);
			assertThat(principalOfNext(client, "/")).isEqualTo(A);
			this.leaks.expectWarning("SSL bundle 'rotated' was updated, but cannot be used");
			SslBundleRegistry registry = context.getBean(SslBundleRegistry.class);
			registry.updateBundle(BUNDLE, RotatedBundle.of(TestCertificates.CLIENT_B, TestCertificates.CLIENT_A));
			assertThat(tls(context).failedReload()).isNotNull();
			assertThat(tls(context).reloads()).isZero();
			assertThat(shown(context)).isEqualTo(new TlsDescriptor(BUNDLE, tls(context).certificateExpiresInDays(),
					tls(context).trustExpiresInDays(), 0, tls(context).failedReload()));
			assertThat(principalOfNext(client, "/")).isEqualTo(A);
			assertThat(this.server.connectionsAccepted()).isEqualTo(1);
			assertThat(principalOfNext(context.getBean(OutboundHttpClients.class).restClient("payments"), "/"))
				.as("built anew")
				.isEqualTo(A);
			registry.updateBundle(BUNDLE, RotatedBundle.of(TestCertificates.CLIENT_B));
			assertThat(tls(context).failedReload()).isNull();
			assertThat(tls(context).reloads()).isOne();
			assertThat(principalOfNext(client, "/")).isEqualTo(B);
		});
	}

	@Test
	@DisplayName("S2 a file that is broken off keeps what was there")
	void brokenFileKeepsWhatWasThere() {
		managed().run((context) -> {
			RestClient client = payments(context);
			assertThat(principalOfNext(client, "/")).isEqualTo(A);
			this.leaks.expectWarning("SSL bundle 'rotated' was updated, but cannot be used");
			this.bundle.breakKey();
			await().until(() -> tls(context).failedReload() != null);
			this.server.closeConnections();
			assertThat(principalOfNext(client, "/")).isEqualTo(A);
		});
	}

	@Test
	@DisplayName("mTLS reuses connections")
	void mutualTlsReusesConnections() {
		managed().run((context) -> {
			for (int i = 0; i < 12; i++) {
				get(payments(context), "/");
			}
			assertThat(this.server.connectionsAccepted()).isOne();
		});
	}

	@Test
	void expiryOfCertificatesIsKnown() {
		managed().run((context) -> {
			get(payments(context), "/");
			assertThat(tls(context).bundle()).isEqualTo(BUNDLE);
			assertThat(tls(context).certificateExpiresInDays()).isBetween(27L, 29L);
			assertThat(tls(context).trustExpiresInDays()).isBetween(27L, 29L);
		});
	}

	@Test
	void applicationWithTlsOfItsOwnIsToldOfTheUpdate() {
		managed().withUserConfiguration(OwnTls.class).run((context) -> {
			assertThat(principalOfNext(payments(context), "/")).isEqualTo(A);
			this.leaks.expectWarning("Client 'payments': SSL bundle 'rotated' was updated, but");
			context.getBean(SslBundleRegistry.class).updateBundle(BUNDLE, RotatedBundle.of(TestCertificates.CLIENT_B));
			assertThat(principalOfNext(payments(context), "/")).isEqualTo(A);
		});
	}

	/**
	 * When a rotation took place.
	 */
	private record Rotation(long begin, long end) {

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnTls {

		@Bean
		ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder> ownTls() {
			return (builder) -> builder.withTlsSocketStrategyFactory(
					(bundle) -> new DefaultClientTlsStrategy(Objects.requireNonNull(bundle).createSslContext()));
		}

	}

}
