package io.outboundhttp.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import io.outboundhttp.client.AddressFilterProbe.Finding;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.http.client.FilteredHostException;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpComponentsHttpClientBuilder;
import org.springframework.boot.http.client.InetAddressFilter;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link AddressFilterProbe} against the filter that Spring Boot really builds
 * in. They pin what the probe assumes about Boot and about HttpClient.
 */
class AddressFilterProbeTests {

	private final AddressFilterProbe probe = new AddressFilterProbe(SystemDefaultDnsResolver.INSTANCE, () -> false);

	@Test
	void managerWithoutFilterHasNone() {
		assertThat(find(null, identity())).isEqualTo(Finding.NONE);
	}

	@Test
	void managerWithMarkedFilterHasThatOfTheContext() {
		InetAddressFilter filter = this.probe.mark(InetAddressFilter.internalAddresses());
		assertThat(find(filter, identity())).isEqualTo(Finding.CONTEXT);
	}

	@Test
	void managerWithMarkedFilterThatRefusesLoopbackHasThatOfTheContext() {
		InetAddressFilter filter = this.probe.mark(InetAddressFilter.externalAddresses());
		assertThat(find(filter, identity())).isEqualTo(Finding.CONTEXT);
	}

	@Test
	void managerWithAnotherFilterCannotBeTold() {
		assertThat(find(InetAddressFilter.internalAddresses(), identity())).isEqualTo(Finding.UNKNOWN);
		assertThat(find(InetAddressFilter.externalAddresses(), identity())).isEqualTo(Finding.UNKNOWN);
		assertThat(find(InetAddressFilter.all(), identity())).isEqualTo(Finding.UNKNOWN);
	}

	@Test
	void managerWithFilterMarkedByAnotherProbeCannotBeTold() {
		InetAddressFilter other = new AddressFilterProbe(SystemDefaultDnsResolver.INSTANCE, () -> false)
			.mark(InetAddressFilter.internalAddresses());
		assertThat(find(other, identity())).isEqualTo(Finding.UNKNOWN);
	}

	@Test
	void filterThatCombinesTheMarkedOneCannotPassForIt() {
		InetAddressFilter marked = this.probe.mark(InetAddressFilter.all());
		assertThat(marked).isNotNull();
		assertThat(find(marked.and(InetAddressFilter.externalAddresses()), identity())).isNotEqualTo(Finding.CONTEXT);
		assertThat(find(marked.or(InetAddressFilter.externalAddresses()), identity())).isNotEqualTo(Finding.CONTEXT);
		assertThat(find(InetAddressFilter.not(marked), identity())).isNotEqualTo(Finding.CONTEXT);
	}

	@Test
	void managerWithDnsResolverOfTheApplicationCannotBeTold() {
		UnaryOperator<HttpComponentsHttpClientBuilder> own = (builder) -> builder
			.withDnsResolver(new RecordingDnsResolver(SystemDefaultDnsResolver.INSTANCE));
		assertThat(find(null, own)).isEqualTo(Finding.UNKNOWN);
		assertThat(find(this.probe.mark(InetAddressFilter.internalAddresses()), own)).isEqualTo(Finding.UNKNOWN);
		assertThat(find(InetAddressFilter.internalAddresses(), own)).isEqualTo(Finding.UNKNOWN);
	}

	@Test
	void dnsResolverSetByConnectionManagerCustomizerDropsTheFilterAndCannotBeTold() {
		assertThat(find(this.probe.mark(InetAddressFilter.none()), (builder) -> builder.withConnectionManagerCustomizer(
				(manager) -> manager.setDnsResolver(new RecordingDnsResolver(SystemDefaultDnsResolver.INSTANCE)))))
			.isEqualTo(Finding.UNKNOWN);
	}

	@Test
	void probeLooksUpNoNameAndOpensNoConnection() throws Exception {
		RecordingDnsResolver resolver = new RecordingDnsResolver(this.probe.resolver());
		try (TestHttpServer socksProxy = TestHttpServer.start()) {
			HttpClientConnectionManager manager = manager(this.probe.mark(InetAddressFilter.internalAddresses()),
					(builder) -> builder.withDnsResolver(resolver)
						.withSocketConfigCustomizer((socket) -> socket
							.setSocksProxyAddress(new InetSocketAddress("127.0.0.1", socksProxy.port()))));
			assertThat(this.probe.find(manager)).isEqualTo(Finding.CONTEXT);
			assertThat(resolver.answers).singleElement().satisfies((answer) -> assertThat(answer.size()).isZero());
			assertThat(socksProxy.connectionsAccepted()).isZero();
			manager.close(CloseMode.IMMEDIATE);
		}
	}

	@Test
	void resolverAnswersAsTheSystemDoesOutsideOfAProbe() throws Exception {
		DnsResolver resolver = this.probe.resolver();
		assertThat(resolver.resolve("localhost", 80))
			.isEqualTo(SystemDefaultDnsResolver.INSTANCE.resolve("localhost", 80))
			.isNotEmpty();
		assertThat(resolver.resolve("localhost")).isEqualTo(SystemDefaultDnsResolver.INSTANCE.resolve("localhost"));
		find(null, identity());
		assertThat(resolver.resolve("localhost", 80)).isNotEmpty();
	}

	@Test
	void markedFilterStillFilters() throws Exception {
		try (TestHttpServer server = TestHttpServer.start()) {
			assertThatExceptionOfType(FilteredHostException.class)
				.isThrownBy(() -> get(this.probe.mark(InetAddressFilter.externalAddresses()), server.url("/x")));
			assertThat(server.connectionsAccepted()).isZero();
			assertThat(get(this.probe.mark(InetAddressFilter.internalAddresses()), server.url("/x"))).isEqualTo(200);
		}
	}

	@Test
	void nothingToMarkStaysNothing() {
		assertThat(this.probe.mark(null)).isNull();
	}

	private Finding find(@Nullable InetAddressFilter filter, UnaryOperator<HttpComponentsHttpClientBuilder> operator) {
		HttpClientConnectionManager manager = manager(filter, operator);
		try {
			return this.probe.find(manager);
		}
		finally {
			manager.close(CloseMode.IMMEDIATE);
		}
	}

	/**
	 * Pins that Boot has set its connection manager when it calls the customizer, and
	 * that {@link HttpClientBuilder#getConnManager()} gives it away.
	 */
	private HttpClientConnectionManager manager(@Nullable InetAddressFilter filter,
			UnaryOperator<HttpComponentsHttpClientBuilder> operator) {
		List<HttpClientConnectionManager> managers = new ArrayList<>();
		operator.apply(new HttpComponentsHttpClientBuilder().withDnsResolver(this.probe.resolver()))
			.withCustomizer((builder) -> managers.add(builder.getConnManager()))
			.build(HttpClientSettings.defaults().withInetAddressFilter(filter));
		assertThat(managers).hasSize(1).doesNotContainNull();
		return managers.get(0);
	}

	private int get(@Nullable InetAddressFilter filter, String url) throws Exception {
		HttpComponentsClientHttpRequestFactory requestFactory = new HttpComponentsClientHttpRequestFactory(
				new HttpComponentsHttpClientBuilder().withDnsResolver(this.probe.resolver())
					.build(HttpClientSettings.defaults().withInetAddressFilter(filter)));
		try (ClientHttpResponse response = requestFactory.createRequest(URI.create(url), HttpMethod.GET).execute()) {
			return response.getStatusCode().value();
		}
		finally {
			requestFactory.destroy();
		}
	}

	private static UnaryOperator<HttpComponentsHttpClientBuilder> identity() {
		return UnaryOperator.identity();
	}

	/**
	 * Resolver that remembers what it answered.
	 */
	private static final class RecordingDnsResolver implements DnsResolver {

		private final DnsResolver delegate;

		private final List<List<InetSocketAddress>> answers = new ArrayList<>();

		RecordingDnsResolver(DnsResolver delegate) {
			this.delegate = delegate;
		}

		@Override
		public InetAddress[] resolve(String host) throws UnknownHostException {
			return this.delegate.resolve(host);
		}

		@Override
		public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
			List<InetSocketAddress> answer = this.delegate.resolve(host, port);
			this.answers.add(answer);
			return answer;
		}

		@Override
		public String resolveCanonicalHostname(String host) throws UnknownHostException {
			return this.delegate.resolveCanonicalHostname(host);
		}

	}

}
