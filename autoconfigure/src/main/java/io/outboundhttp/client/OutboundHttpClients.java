package io.outboundhttp.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

import org.apache.hc.client5.http.classic.HttpClient;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.ManagedConnectionManager;

import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/**
 * All clients of an application by name. A client is built when it is asked for, and its
 * pool is opened by its first request. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class OutboundHttpClients {

	private final Map<String, Client> clients = new ConcurrentHashMap<>();

	private final ClientDefinitions definitions;

	private final ConnectionPools pools;

	private final LiveClients liveClients;

	private final PooledHttpClientFactory factory;

	private final Function<String, HttpComponentsClientHttpRequestFactoryBuilder> builders;

	private final RestClientCustomization customization;

	private final Supplier<ManagedRestTemplates> restTemplates;

	/**
	 * Create the clients of an application. No client is built yet.
	 * @param definitions what the clients are
	 * @param pools owner of the pools
	 * @param liveClients where built clients are remembered
	 * @param factory builds the HttpClients
	 * @param builders gives Boot's builder for the client of a name
	 * @param customization what is done to every RestClient
	 * @param restTemplates builds the RestTemplates
	 */
	public OutboundHttpClients(ClientDefinitions definitions, ConnectionPools pools, LiveClients liveClients,
			PooledHttpClientFactory factory, Function<String, HttpComponentsClientHttpRequestFactoryBuilder> builders,
			RestClientCustomization customization, Supplier<ManagedRestTemplates> restTemplates) {
		this.definitions = definitions;
		this.pools = pools;
		this.liveClients = liveClients;
		this.factory = factory;
		this.builders = builders;
		this.customization = customization;
		this.restTemplates = restTemplates;
	}

	/**
	 * Return the names of the clients, {@code default} first.
	 * @return the names of the configured and enabled clients and of the HTTP service
	 * groups
	 */
	public Set<String> names() {
		return this.definitions.names();
	}

	/**
	 * Return what a client is.
	 * @param name name of the client
	 * @return the definition
	 * @throws IllegalArgumentException if there is no such client
	 */
	public ClientDefinition definition(String name) {
		return this.definitions.get(name);
	}

	/**
	 * Return the RestClient of a client.
	 * @param name name of the client
	 * @return a RestClient with the client's base URL and headers
	 * @throws IllegalArgumentException if there is no such client
	 */
	public RestClient restClient(String name) {
		return restClientBuilder(name).build();
	}

	/**
	 * Return a new builder of RestClients on the pool of a client. It already has the
	 * client's base URL and headers, and went through all customizers.
	 * @param name name of the client
	 * @return a builder that the caller may change
	 * @throws IllegalArgumentException if there is no such client
	 */
	public RestClient.Builder restClientBuilder(String name) {
		RestClient.Builder builder = RestClient.builder().requestFactory(requestFactory(name));
		return this.customization.apply(definition(name), builder);
	}

	/**
	 * Return the RestTemplate of a client.
	 * @param name name of the client
	 * @return a RestTemplate with the client's base URL and headers
	 * @throws IllegalArgumentException if there is no such client
	 */
	public RestTemplate restTemplate(String name) {
		return this.restTemplates.get().create(definition(name), requestFactory(name));
	}

	/**
	 * Return the request factory of a client, for example for clients that other
	 * libraries build.
	 * @param name name of the client
	 * @return the request factory
	 * @throws IllegalArgumentException if there is no such client
	 */
	public ClientHttpRequestFactory requestFactory(String name) {
		return client(name).requestFactory();
	}

	/**
	 * Return the HttpClient of a client. Closing it leaves its pool open.
	 * @param name name of the client
	 * @return the HttpClient
	 * @throws IllegalArgumentException if there is no such client
	 */
	public HttpClient httpClient(String name) {
		return client(name).requestFactory().getHttpClient();
	}

	/**
	 * Return the pool of a client. It is opened if need be.
	 * @param name name of the client
	 * @return the pool
	 * @throws IllegalArgumentException if there is no such client
	 */
	public ConnectionPool pool(String name) {
		return client(name).pool();
	}

	/**
	 * Return the pools that are open now: those of clients in use, and those that are
	 * kept apart from the pool of {@code default}, such as {@code default#2}.
	 * @return the pools in the order in which they were opened
	 */
	public List<ConnectionPool> openPools() {
		return this.pools.getPools();
	}

	/**
	 * Return what the HttpClient on an open pool runs with; of several that share it, the
	 * client itself or the one that opened the pool.
	 * @param pool name of the pool
	 * @return the live client, or {@code null} if the pool is not open
	 */
	public @Nullable LiveClient live(String pool) {
		return this.liveClients.find(pool);
	}

	/**
	 * Return what is known about the SSL bundle of an open pool.
	 * @param pool the pool
	 * @return the status, {@code null} if its connections are opened without an SSL
	 * bundle that has a name
	 */
	public @Nullable TlsStatus tls(ConnectionPool pool) {
		return this.factory.pools().tls(pool);
	}

	/**
	 * Return by how much the background work of the pools is late.
	 * @return zero if it is in time
	 */
	public Duration maintenanceDelay() {
		return this.pools.getMaintenanceDelay();
	}

	private Client client(String name) {
		return this.clients.computeIfAbsent(definition(name).getName(), Client::new);
	}

	/**
	 * Go on with another definition of a client, which {@link #definition} gives already.
	 * Calls in progress end as they began.
	 * @param change the change
	 * @return settings that reach only what is built from now on: HttpClients that Spring
	 * Boot's builders have made cannot follow
	 * @throws RuntimeException if the HttpClient cannot be built anew, and all stays as
	 * it was
	 */
	public List<ClientSetting<?>> apply(ClientChange change) {
		Client client = this.clients.get(change.getName());
		boolean behind = (client != null) ? client.apply(change) : this.factory.pools().apply(change);
		return behind ? change.builtIn() : List.of();
	}

	/**
	 * A client whose HttpClient is built at its first use, and again when that is changed
	 * which it is built with.
	 */
	private final class Client {

		/*
		 * `lock` guards all fields. What the client is, is asked for at each build, so
		 * that no change is lost on a client that is asked for the first time meanwhile.
		 */

		private final ReentrantLock lock = new ReentrantLock();

		private final String name;

		private @Nullable LiveHttpClient httpClient;

		private @Nullable HttpComponentsClientHttpRequestFactory requestFactory;

		private @Nullable ManagedConnectionManager connectionManager;

		Client(String name) {
			this.name = name;
		}

		HttpComponentsClientHttpRequestFactory requestFactory() {
			this.lock.lock();
			try {
				if (this.requestFactory == null) {
					PooledHttpClientFactory.BuiltClient built = build(definition(this.name));
					this.connectionManager = built.connectionManager();
					LiveHttpClient live = new LiveHttpClient(built.httpClient());
					built.requestFactory().setHttpClient(live);
					this.httpClient = live;
					this.requestFactory = built.requestFactory();
				}
				return this.requestFactory;
			}
			finally {
				this.lock.unlock();
			}
		}

		ConnectionPool pool() {
			requestFactory();
			this.lock.lock();
			try {
				return Objects.requireNonNull(this.connectionManager).getPool();
			}
			finally {
				this.lock.unlock();
			}
		}

		boolean apply(ClientChange change) {
			this.lock.lock();
			try {
				LiveHttpClient live = change.builtIn().isEmpty() ? null : this.httpClient;
				PooledHttpClientFactory.BuiltClient built = (live != null) ? build(change.getAfter()) : null;
				// from here on nothing fails
				boolean behind = OutboundHttpClients.this.factory.pools().apply(change);
				if (live != null && built != null) {
					this.connectionManager = built.connectionManager();
					live.change(built.httpClient());
					if (OutboundHttpClients.this.pools.find(this.name) != null) {
						built.connectionManager().getPool();
					}
				}
				return behind;
			}
			finally {
				this.lock.unlock();
			}
		}

		private PooledHttpClientFactory.BuiltClient build(ClientDefinition definition) {
			return OutboundHttpClients.this.factory.build(definition,
					OutboundHttpClients.this.builders.apply(this.name));
		}

	}

}
