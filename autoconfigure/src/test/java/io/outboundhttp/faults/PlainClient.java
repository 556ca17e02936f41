package io.outboundhttp.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;

import io.outboundhttp.testsupport.TestCertificates;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

import org.springframework.http.ResponseEntity;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/**
 * A RestClient on an HttpClient as careful people build it by hand: all timeouts that it
 * has are set, to the shortest of the managed client.
 */
final class PlainClient implements AutoCloseable {

	private final PoolingHttpClientConnectionManager manager;

	private final CloseableHttpClient httpClient;

	private final Client client;

	PlainClient(Profile profile, Surroundings surroundings, @Nullable SwitchedProxy proxy) {
		Timeout timeout = Timeout.of(profile.shortestTimeout());
		int connections = (profile == Profile.ONE_CONNECTION || profile == Profile.NO_QUEUE) ? 1 : 50;
		this.manager = PoolingHttpClientConnectionManagerBuilder.create()
			.setTlsSocketStrategy(new DefaultClientTlsStrategy(TestCertificates.get().trustOnlyContext()))
			.setDnsResolver(new Names(surroundings))
			.setDefaultConnectionConfig(
					ConnectionConfig.custom().setConnectTimeout(timeout).setSocketTimeout(timeout).build())
			.setMaxConnPerRoute(connections)
			.setMaxConnTotal(connections)
			.build();
		this.httpClient = HttpClients.custom()
			.setConnectionManager(this.manager)
			.setProxy((proxy != null) ? new HttpHost("http", "127.0.0.1", proxy.port()) : null)
			.setDefaultRequestConfig(RequestConfig.custom()
				.setConnectionRequestTimeout(Timeout.ofMilliseconds(100))
				.setResponseTimeout(timeout)
				.build())
			.build();
		HttpComponentsClientHttpRequestFactory factory = new HttpComponentsClientHttpRequestFactory(this.httpClient);
		this.client = new Client(new Connections(this.manager), RestClient.create(new RestTemplate(factory)),
				new RestTemplate(factory), new NoService(), this.httpClient);
	}

	Client client() {
		return this.client;
	}

	@Override
	public void close() throws IOException {
		this.manager.close(CloseMode.IMMEDIATE);
		this.httpClient.close();
	}

	/**
	 * Looks names up as the tests say.
	 *
	 * @param surroundings what knows them
	 */
	private record Names(Surroundings surroundings) implements DnsResolver {

		@Override
		public InetAddress[] resolve(String host) throws UnknownHostException {
			return host.endsWith(".test") ? this.surroundings.lookUp(host) : InetAddress.getAllByName(host);
		}

		@Override
		public String resolveCanonicalHostname(String host) {
			return host;
		}

	}

	/**
	 * What the connection manager says.
	 *
	 * @param manager the connection manager
	 */
	private record Connections(PoolingHttpClientConnectionManager manager) implements Client.Pool {

		@Override
		public int leased() {
			return this.manager.getTotalStats().getLeased();
		}

		@Override
		public int pending() {
			return this.manager.getTotalStats().getPending();
		}

		@Override
		public int available() {
			return this.manager.getTotalStats().getAvailable();
		}

		@Override
		public long refused() {
			return 0;
		}

		@Override
		public long leaks() {
			return 0;
		}

		@Override
		public void closeIdle() {
			this.manager.closeIdle(TimeValue.ZERO_MILLISECONDS);
		}

	}

	/**
	 * HTTP service that nobody calls.
	 */
	private static final class NoService implements FaultService {

		@Override
		public ResponseEntity<String> get(URI uri) {
			throw new UnsupportedOperationException();
		}

		@Override
		public ResponseEntity<String> post(URI uri, @RequestBody String body) {
			throw new UnsupportedOperationException();
		}

	}

}
