package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import javax.net.ssl.SSLContext;

import io.outboundhttp.testsupport.Endpoints;
import io.outboundhttp.actuate.endpoint.OutboundHttpEndpoint;
import io.outboundhttp.client.HealthRules;
import io.outboundhttp.client.LiveClient;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.health.OutboundHttpHealthContributor;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import io.outboundhttp.testsupport.Threads;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.core5.ssl.SSLContextBuilder;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.http.client.FilteredHostException;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.boot.http.client.InetAddressFilter;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientSsl;
import org.springframework.boot.resttestclient.TestRestTemplate;
import org.springframework.boot.resttestclient.TestRestTemplate.HttpClientOption;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for what may share a pool behind Spring Boot's own builders, and for what must
 * not.
 */
@Timeout(120)
class TakeoverSharingTests {

	private static TestHttpServer tlsServer;

	private final ApplicationContextRunner runner = TakeoverTestContexts.takenOver();

	private TestHttpServer server;

	@BeforeAll
	static void startTls() {
		tlsServer = TestHttpServer.startTls(TestCertificates.get().serverContext(), true);
	}

	@AfterAll
	static void stopTls() {
		tlsServer.close();
	}

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
		Threads.awaitNone("outbound-http");
	}

	@Test
	@DisplayName("C4 ten builders in ten beans make one pool")
	void tenBuildersMakeOnePool() {
		this.runner.withUserConfiguration(TenUsers.class).run((context) -> {
			assertThat(callAll(context)).isEqualTo(1);
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("default");
		});
		this.server.awaitNoOpenConnections();
	}

	@Test
	@DisplayName("C4 control: on plain Boot ten builders make ten pools")
	void tenBuildersOfPlainBootMakeTenPools() {
		TakeoverTestContexts.plainBoot()
			.withUserConfiguration(TenUsers.class)
			.run((context) -> assertThat(callAll(context)).isEqualTo(10));
	}

	@Test
	@DisplayName("C3 an SSL bundle leaves the limits of a client as they are")
	void sslBundleKeepsLimits() {
		this.runner.withPropertyValues(bundles())
			.withPropertyValues("outbound-http.clients.a.ssl.bundle=client-a",
					"outbound-http.clients.a.pool.max-per-route=77",
					"outbound-http.clients.a.base-url=" + tlsServer.url())
			.run((context) -> {
				OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
				assertThat(principals(() -> get(clients.restClient("a"), "/named"))).containsExactly("CN=client-a");
				assertThat(clients.pool("a").snapshot().maxPerRoute()).isEqualTo(77);
				assertThat(clients.pool("a").snapshot().maxTotal()).isEqualTo(770);
			});
	}

	@Test
	@DisplayName("C3 an SSL bundle of a customizer leaves the limits of Boot's builders as they are")
	void sslBundleOfCodeKeepsLimits() {
		this.runner.withPropertyValues(bundles())
			.withPropertyValues("outbound-http.clients.default.pool.max-per-route=77")
			.run((context) -> {
				RestClient.Builder builder = context.getBean(RestClient.Builder.class);
				builder.apply(context.getBean(RestClientSsl.class).fromBundle("client-a"));
				assertThat(principals(() -> get(builder.build(), tlsServer.url("/code"))))
					.containsExactly("CN=client-a");
				RestTemplate template = context.getBean(RestTemplateBuilder.class)
					.sslBundle(context.getBean(SslBundles.class).getBundle("client-b"))
					.build();
				assertThat(principals(() -> get(template, tlsServer.url("/code")))).containsExactly("CN=client-b");
				assertThat(context.getBean(OutboundHttpClients.class).openPools()).hasSize(2)
					.allSatisfy((pool) -> assertThat(pool.snapshot().maxPerRoute()).isEqualTo(77));
			});
	}

	@Test
	void eachSslBundleHasConnectionsOfItsOwn() {
		this.runner.withPropertyValues(bundles()).run((context) -> {
			RestClientSsl ssl = context.getBean(RestClientSsl.class);
			RestClient a = context.getBean(RestClient.Builder.class).apply(ssl.fromBundle("client-a")).build();
			RestClient b = context.getBean(RestClient.Builder.class).apply(ssl.fromBundle("client-b")).build();
			RestTemplate alsoA = context.getBean(RestTemplateBuilder.class)
				.sslBundle(context.getBean(SslBundles.class).getBundle("client-a"))
				.build();
			List<RecordedRequest> requests = requests(() -> {
				for (int i = 0; i < 3; i++) {
					get(a, tlsServer.url("/a"));
					get(b, tlsServer.url("/b"));
					get(alsoA, tlsServer.url("/a"));
				}
			});
			assertThat(requests).hasSize(9)
				.allSatisfy(
						(request) -> assertThat(principal(request)).isEqualTo("CN=client-" + request.path().charAt(1)));
			assertThat(connections(requests, "/a")).doesNotContainAnyElementsOf(connections(requests, "/b"));
			assertThat(Set.copyOf(connections(requests, "/a"))).hasSize(1);
			assertThat(Set.copyOf(connections(requests, "/b"))).hasSize(1);
			assertThat(TakeoverTestContexts.pools(context)).hasSize(2);
		});
	}

	@Test
	void trustAllOfTestRestTemplateNeverServesAnother() throws Exception {
		try (TestHttpServer selfSigned = TestHttpServer.startTls(selfSigned(), false)) {
			this.runner.run((context) -> {
				RestClient normal = context.getBean(RestClient.Builder.class).build();
				get(normal, this.server.url("/x"));
				TestRestTemplate trusting = new TestRestTemplate(context.getBean(RestTemplateBuilder.class), null, null,
						HttpClientOption.SSL);
				assertThat(trusting.getForObject(selfSigned.url("/x"), String.class)).isEqualTo("ok");
				assertThat(TakeoverTestContexts.pools(context)).containsExactly("default", "default#2");
				assertThat(TakeoverTestContexts.pool(context, "default#2").snapshot().available()).isEqualTo(1);
				RestTemplate template = context.getBean(RestTemplateBuilder.class).build();
				assertThatExceptionOfType(ResourceAccessException.class)
					.isThrownBy(() -> get(normal, selfSigned.url("/x")))
					.withMessageContaining("PKIX");
				assertThatExceptionOfType(ResourceAccessException.class)
					.isThrownBy(() -> get(template, selfSigned.url("/x")))
					.withMessageContaining("PKIX");
				assertThat(selfSigned.requests()).hasSize(1);
				assertThat(TakeoverTestContexts.pools(context)).containsExactly("default", "default#2");
			});
		}
	}

	@Test
	void filterOfTheContextIsSharedByAll() {
		this.runner.withBean(InetAddressFilter.class, InetAddressFilter::internalAddresses).run((context) -> {
			get(context.getBean(RestClient.Builder.class).build(), this.server.url("/x"));
			get(context.getBean(RestTemplateBuilder.class).build(), this.server.url("/x"));
			get(context.getBean(OutboundHttpClients.class).restClient("default"), this.server.url("/x"));
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("default");
			assertThat(this.server.connectionsAccepted()).isEqualTo(1);
		});
	}

	@Test
	void filterOfTheContextBlocksEveryClient() {
		this.runner.withBean(InetAddressFilter.class, InetAddressFilter::externalAddresses)
			.withPropertyValues("outbound-http.clients.a.read-timeout=9s")
			.run((context) -> {
				assertFiltered(() -> get(context.getBean(RestClient.Builder.class).build(), this.server.url("/x")));
				assertFiltered(() -> get(context.getBean(RestTemplateBuilder.class).build(), this.server.url("/x")));
				assertFiltered(
						() -> get(context.getBean(OutboundHttpClients.class).restClient("a"), this.server.url("/x")));
				assertFiltered(
						() -> get(context.getBean(OutboundHttpClients.class).restTemplate("a"), this.server.url("/x")));
				assertThat(this.server.connectionsAccepted()).isZero();
			});
	}

	@Test
	void filterOfOneBuilderIsNotBypassedByConnectionsOfAnother() {
		this.runner.run((context) -> {
			RestTemplate open = context.getBean(RestTemplateBuilder.class).build();
			get(open, this.server.url("/x"));
			RestTemplate filtered = context.getBean(RestTemplateBuilder.class)
				.clientSettings((settings) -> settings.withInetAddressFilter(InetAddressFilter.externalAddresses()))
				.build();
			assertFiltered(() -> get(filtered, this.server.url("/x")));
			get(open, this.server.url("/x"));
			assertFiltered(() -> get(filtered, this.server.url("/x")));
			assertThat(this.server.requests()).hasSize(2);
			assertThat(this.server.connectionsAccepted()).isEqualTo(1);
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("default", "default#2");
		});
	}

	@Test
	void filterOfTheContextIsNotBypassedByConnectionsOfABuilderWithoutIt() {
		this.runner.withBean(InetAddressFilter.class, InetAddressFilter::externalAddresses).run((context) -> {
			HttpComponentsClientHttpRequestFactoryBuilder builder = context
				.getBean(HttpComponentsClientHttpRequestFactoryBuilder.class);
			RestClient open = restClient(builder.build(HttpClientSettings.defaults()));
			get(open, this.server.url("/x"));
			assertFiltered(() -> get(context.getBean(RestClient.Builder.class).build(), this.server.url("/x")));
			assertFiltered(() -> get(context.getBean(RestTemplateBuilder.class).build(), this.server.url("/x")));
			get(open, this.server.url("/x"));
			assertThat(this.server.requests()).hasSize(2);
			assertThat(this.server.connectionsAccepted()).isEqualTo(1);
		});
	}

	@Test
	void filterThatReplacesTheOneOfTheContextHasItsOwnPool() {
		this.runner.withBean(InetAddressFilter.class, InetAddressFilter::internalAddresses).run((context) -> {
			get(context.getBean(RestClient.Builder.class).build(), this.server.url("/x"));
			RestTemplate filtered = context.getBean(RestTemplateBuilder.class)
				.clientSettings((settings) -> settings.withInetAddressFilter(InetAddressFilter.none()))
				.build();
			assertFiltered(() -> get(filtered, this.server.url("/x")));
			RestTemplate combined = context.getBean(RestTemplateBuilder.class)
				.clientSettings((settings) -> settings
					.withInetAddressFilter(Objects.requireNonNull(settings.inetAddressFilter())
						.and(InetAddressFilter.externalAddresses())))
				.build();
			assertFiltered(() -> get(combined, this.server.url("/x")));
			assertThat(this.server.requests()).hasSize(1);
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("default", "default#2", "default#3");
		});
	}

	@Test
	void anotherConnectTimeoutHasItsOwnPool() {
		this.runner.run((context) -> {
			RestTemplateBuilder builder = context.getBean(RestTemplateBuilder.class);
			get(builder.build(), this.server.url("/x"));
			get(builder.connectTimeout(Duration.ofSeconds(2)).build(), this.server.url("/x"));
			get(builder.connectTimeout(Duration.ofSeconds(2)).build(), this.server.url("/x"));
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("default", "default#2");
			assertThat(live(context, "default#2").connectionConfig().getConnectTimeout().toDuration())
				.isEqualTo(Duration.ofSeconds(2));
		});
	}

	@Test
	void readTimeoutRedirectsAndCookiesDoNotSplitPools() {
		this.runner.run((context) -> {
			RestTemplateBuilder builder = context.getBean(RestTemplateBuilder.class);
			get(builder.readTimeout(Duration.ofSeconds(2)).build(), this.server.url("/x"));
			get(builder.redirects(HttpRedirects.DONT_FOLLOW).build(), this.server.url("/x"));
			get(builder.readTimeout(Duration.ofSeconds(3)).build(), this.server.url("/x"));
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("default");
			assertThat(this.server.connectionsAccepted()).isEqualTo(1);
		});
	}

	@Test
	void derivedBuilderWithOtherLimitsHasItsOwnPool() {
		derived((builder) -> builder.withConnectionManagerCustomizer((manager) -> manager.setMaxConnTotal(77)),
				(context) -> assertThat(TakeoverTestContexts.pool(context, "default#2").snapshot().maxTotal())
					.isEqualTo(77));
	}

	@Test
	void derivedBuilderWithDnsResolverHasItsOwnPool() {
		CountingDnsResolver resolver = new CountingDnsResolver();
		derived((builder) -> builder.withDnsResolver(resolver),
				(context) -> assertThat(resolver.calls).hasPositiveValue());
	}

	@Test
	void derivedBuilderWithSocketConfigHasItsOwnPool() {
		AtomicInteger calls = new AtomicInteger();
		derived((builder) -> builder.withSocketConfigCustomizer((socket) -> calls.incrementAndGet()),
				(context) -> assertThat(calls).hasPositiveValue());
	}

	@Test
	void derivedBuilderWithConnectionConfigHasItsOwnPool() {
		derived((builder) -> builder.withConnectionConfigCustomizer((connection) -> connection.setTimeToLive(null)
			.setIdleTimeout(org.apache.hc.core5.util.Timeout.ofSeconds(7))),
				(context) -> assertThat(TakeoverTestContexts.pool(context, "default#2").getSettings().getIdleTimeout())
					.isEqualTo(Duration.ofSeconds(7)));
	}

	@Test
	void derivedBuilderWithTlsStrategyHasItsOwnPool() {
		derived((builder) -> builder.withTlsSocketStrategyFactory((bundle) -> null), (context) -> {
		});
	}

	@Test
	void derivedBuilderThatOnlyShapesRequestsSharesThePool() {
		this.runner.run((context) -> {
			get(context.getBean(RestClient.Builder.class).build(), this.server.url("/x"));
			HttpComponentsClientHttpRequestFactoryBuilder derived = context
				.getBean(HttpComponentsClientHttpRequestFactoryBuilder.class)
				.withDefaultRequestConfigCustomizer((request) -> request.setExpectContinueEnabled(true));
			get(restClient(derived.build(bootSettings(context))), this.server.url("/x"));
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("default");
			assertThat(this.server.connectionsAccepted()).isEqualTo(1);
		});
	}

	@Test
	void sameSettingsTwiceShare() {
		this.runner.run((context) -> {
			HttpComponentsClientHttpRequestFactoryBuilder builder = context
				.getBean(HttpComponentsClientHttpRequestFactoryBuilder.class);
			get(restClient(builder.build(bootSettings(context))), this.server.url("/x"));
			get(restClient(builder.build(bootSettings(context))), this.server.url("/x"));
			get(restClient(context.getBean(ClientHttpRequestFactory.class)), this.server.url("/x"));
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("default");
			assertThat(this.server.connectionsAccepted()).isEqualTo(1);
		});
	}

	@Test
	void poolsKeptApartAreListedAndEndWithTheContext() {
		this.runner.run((context) -> {
			get(context.getBean(RestClient.Builder.class).build(), this.server.url("/x"));
			RestTemplate apart = context.getBean(RestTemplateBuilder.class)
				.connectTimeout(Duration.ofSeconds(2))
				.build();
			get(apart, this.server.url("/x"));
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			OutboundHttpEndpoint endpoint = Endpoints.create(clients);
			assertThat(endpoint.clients().clients()).containsOnlyKeys("default", "default#2");
			assertThat(Objects.requireNonNull(endpoint.client("default#2")).routes()).singleElement()
				.satisfies((route) -> assertThat(route.available()).isEqualTo(1));
			assertThat(new OutboundHttpHealthContributor(clients, HealthRules.DEFAULT).stream())
				.extracting(HealthContributors.Entry::name)
				.containsExactly("default", "default#2");
			get(apart, this.server.url("/x"));
			this.server.awaitOpenConnections(2);
		});
		this.server.awaitNoOpenConnections();
	}

	@Test
	void poolKeptApartEndsWhenNobodyCanReachIt() {
		this.runner.withPropertyValues("outbound-http.defaults.pool.evict-interval=50ms").run((context) -> {
			get(context.getBean(RestClient.Builder.class).build(), this.server.url("/x"));
			get(context.getBean(RestTemplateBuilder.class).connectTimeout(Duration.ofSeconds(2)).build(),
					this.server.url("/x"));
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("default", "default#2");
			Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
				System.gc();
				assertThat(TakeoverTestContexts.pools(context)).containsExactly("default");
			});
			this.server.awaitOpenConnections(1);
			assertThat(Endpoints.create(context.getBean(OutboundHttpClients.class)).client("default#2")).isNull();
			get(context.getBean(RestTemplateBuilder.class).connectTimeout(Duration.ofSeconds(2)).build(),
					this.server.url("/x"));
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("default", "default#3");
		});
	}

	@Test
	void poolKeptApartStaysWhileItsClientIsReachable() {
		this.runner.withPropertyValues("outbound-http.defaults.pool.evict-interval=50ms").run((context) -> {
			RestTemplate kept = context.getBean(RestTemplateBuilder.class)
				.connectTimeout(Duration.ofSeconds(2))
				.build();
			get(kept, this.server.url("/x"));
			get(context.getBean(RestTemplateBuilder.class).connectTimeout(Duration.ofSeconds(3)).build(),
					this.server.url("/x"));
			Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
				System.gc();
				assertThat(TakeoverTestContexts.pools(context)).containsExactly("default#2");
			});
			get(kept, this.server.url("/x"));
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("default#2");
		});
	}

	@Test
	void builderThatIsNeverUsedOpensNoPool() {
		this.runner.withUserConfiguration(TenUsers.class)
			.run((context) -> assertThat(TakeoverTestContexts.pools(context)).isEmpty());
	}

	private void derived(UnaryOperator<HttpComponentsClientHttpRequestFactoryBuilder> derivation,
			ContextAssert settings) {
		this.runner.run((context) -> {
			get(context.getBean(RestClient.Builder.class).build(), this.server.url("/x"));
			HttpComponentsClientHttpRequestFactoryBuilder derived = derivation
				.apply(context.getBean(HttpComponentsClientHttpRequestFactoryBuilder.class));
			ClientHttpRequestFactory requestFactory = derived.build(bootSettings(context));
			get(restClient(requestFactory), this.server.url("/x"));
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("default", "default#2");
			assertThat(this.server.connectionsAccepted()).isEqualTo(2);
			settings.check(context);
			get(context.getBean(RestTemplateBuilder.class).build(), this.server.url("/x"));
			assertThat(TakeoverTestContexts.pool(context, "default").snapshot().available()).isEqualTo(1);
			assertThat(this.server.connectionsAccepted()).isEqualTo(2);
		});
		this.server.awaitNoOpenConnections();
	}

	/**
	 * Let all users call and return how many connections the server then has.
	 */
	private int callAll(ApplicationContext context) {
		List<User> users = List.copyOf(context.getBeansOfType(User.class).values());
		assertThat(users).hasSize(10);
		for (User user : users) {
			assertThat(get(user.builder().build(), this.server.url("/x"))).isEqualTo("ok");
		}
		return this.server.openConnections();
	}

	private static String[] bundles() {
		List<String> properties = new ArrayList<>();
		properties.addAll(List.of(TestCertificates.get().jksBundle("client-a", TestCertificates.CLIENT_A)));
		properties.addAll(List.of(TestCertificates.get().jksBundle("client-b", TestCertificates.CLIENT_B)));
		return properties.toArray(String[]::new);
	}

	private static List<RecordedRequest> requests(Runnable calls) {
		int before = tlsServer.requests().size();
		calls.run();
		List<RecordedRequest> requests = tlsServer.requests();
		return requests.subList(before, requests.size());
	}

	private static List<@Nullable String> principals(Runnable calls) {
		List<@Nullable String> principals = new ArrayList<>();
		requests(calls).forEach((request) -> principals.add(principal(request)));
		return principals;
	}

	private static @Nullable String principal(RecordedRequest request) {
		return (request.peerPrincipal() != null) ? request.peerPrincipal().getName() : null;
	}

	private static List<Integer> connections(List<RecordedRequest> requests, String path) {
		return requests.stream()
			.filter((request) -> request.path().equals(path))
			.map(RecordedRequest::connection)
			.toList();
	}

	/**
	 * Return what a server presents that nobody has vouched for: its certificate without
	 * the authority behind it.
	 */
	private static SSLContext selfSigned() throws GeneralSecurityException, IOException {
		TestCertificates certificates = TestCertificates.get();
		char[] password = certificates.password().toCharArray();
		KeyStore issued = KeyStore.getInstance(certificates.keyStore(TestCertificates.SERVER).toFile(), password);
		KeyStore alone = KeyStore.getInstance("PKCS12");
		alone.load(null, null);
		alone.setKeyEntry("alone", issued.getKey(TestCertificates.SERVER, password), password,
				new Certificate[] { issued.getCertificate(TestCertificates.SERVER) });
		return SSLContextBuilder.create().loadKeyMaterial(alone, password).build();
	}

	private static LiveClient live(ApplicationContext context, String pool) {
		return Objects.requireNonNull(context.getBean(OutboundHttpClients.class).live(pool));
	}

	private static HttpClientSettings bootSettings(ApplicationContext context) {
		return context.getBean(HttpClientSettings.class);
	}

	private static RestClient restClient(ClientHttpRequestFactory requestFactory) {
		return RestClient.builder().requestFactory(requestFactory).build();
	}

	private static @Nullable String get(RestClient client, String uri) {
		return client.get().uri(uri).retrieve().body(String.class);
	}

	private static @Nullable String get(RestTemplate template, String uri) {
		return template.getForObject(uri, String.class);
	}

	private static void assertFiltered(Runnable call) {
		assertThatExceptionOfType(FilteredHostException.class).isThrownBy(call::run);
	}

	/**
	 * Check of a context.
	 */
	@FunctionalInterface
	interface ContextAssert {

		void check(ApplicationContext context);

	}

	/**
	 * Resolver of the application.
	 */
	static final class CountingDnsResolver implements DnsResolver {

		private final AtomicInteger calls = new AtomicInteger();

		@Override
		public InetAddress[] resolve(String host) throws UnknownHostException {
			return SystemDefaultDnsResolver.INSTANCE.resolve(host);
		}

		@Override
		public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
			this.calls.incrementAndGet();
			return SystemDefaultDnsResolver.INSTANCE.resolve(host, port);
		}

		@Override
		public String resolveCanonicalHostname(String host) throws UnknownHostException {
			return SystemDefaultDnsResolver.INSTANCE.resolveCanonicalHostname(host);
		}

	}

	/**
	 * Bean that has a builder injected.
	 *
	 * @param builder the builder
	 */
	record User(RestClient.Builder builder) {

	}

	/**
	 * Ten beans with a builder each.
	 */
	@Configuration(proxyBeanMethods = false)
	static class TenUsers {

		@Bean
		User user0(RestClient.Builder builder) {
			return new User(builder);
		}

		@Bean
		User user1(RestClient.Builder builder) {
			return new User(builder);
		}

		@Bean
		User user2(RestClient.Builder builder) {
			return new User(builder);
		}

		@Bean
		User user3(RestClient.Builder builder) {
			return new User(builder);
		}

		@Bean
		User user4(RestClient.Builder builder) {
			return new User(builder);
		}

		@Bean
		User user5(RestClient.Builder builder) {
			return new User(builder);
		}

		@Bean
		User user6(RestClient.Builder builder) {
			return new User(builder);
		}

		@Bean
		User user7(RestClient.Builder builder) {
			return new User(builder);
		}

		@Bean
		User user8(RestClient.Builder builder) {
			return new User(builder);
		}

		@Bean
		User user9(RestClient.Builder builder) {
			return new User(builder);
		}

	}

}
