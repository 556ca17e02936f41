package io.outboundhttp.client;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.classic.HttpClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.outboundhttp.call.WarmUpRequest;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.TimeSource;

/**
 * Opens the first connections of the clients that want some kept ready, all clients at
 * the same time. It never fails: what cannot be opened is tried again later. Safe for use
 * by several threads.
 *
 * @since 0.1.0
 */
public final class ClientWarmUp {

	/**
	 * How long the start of an application waits for the first connections of all clients
	 * together.
	 */
	public static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

	/** So that who fails can say so before nobody waits for it any more. */
	private static final Duration LONGEST_CONNECT = LONGEST_WAIT.minusMillis(500);

	private static final Logger logger = LoggerFactory.getLogger(ClientWarmUp.class);

	private final OutboundHttpClients clients;

	private final LoadBalancing loadBalancing;

	private final TimeSource timeSource = TimeSource.system();

	/**
	 * Create a warm-up.
	 * @param clients the clients
	 * @param loadBalancing tells which base URLs are no hosts
	 */
	public ClientWarmUp(OutboundHttpClients clients, LoadBalancing loadBalancing) {
		this.clients = clients;
		this.loadBalancing = loadBalancing;
	}

	/**
	 * Warm all clients up that want it. Blocks until that is over, five seconds at most
	 * beyond the time that it takes to build the HttpClients.
	 */
	public void warmUp() {
		Map<String, CompletableFuture<Void>> started = new LinkedHashMap<>();
		for (String client : this.clients.names()) {
			CompletableFuture<Void> done = start(client);
			if (done != null) {
				started.put(client, done);
			}
		}
		long startNanos = this.timeSource.nanos();
		started.forEach(
				(client, done) -> await(client, done, LONGEST_WAIT.toNanos() - (this.timeSource.nanos() - startNanos)));
	}

	/**
	 * Begin to warm a client up, if it wants it and it can be done.
	 * @param client name of the client
	 * @return completed when the first connections are open or have failed, {@code null}
	 * if there is nothing to do
	 */
	public @Nullable CompletableFuture<Void> start(String client) {
		ClientDefinition definition = this.clients.definition(client);
		if (definition.require(ClientSetting.POOL_MIN_IDLE) == 0) {
			return null;
		}
		String baseUrl = definition.get(ClientSetting.BASE_URL);
		if (baseUrl == null) {
			return skip(definition, "it has no base-url");
		}
		URI url = URI.create(baseUrl);
		if (this.loadBalancing.isService(url)) {
			return skip(definition, "a load balancer chooses the host of its base-url");
		}
		try {
			HttpClient httpClient = this.clients.httpClient(client);
			HttpRoute route = WarmUpRequest.route(httpClient, url);
			if (route.isTunnelled()) {
				return skip(definition, "a proxy opens its connections by CONNECT");
			}
			ConnectionPool pool = this.clients.pool(client);
			return pool.warmUp(route, (limit) -> WarmUpRequest.open(httpClient, url, limit), LONGEST_CONNECT);
		}
		catch (IOException | RuntimeException ex) {
			logger.warn("Client '{}': it could not be warmed up; look at the cause, or change {}", client,
					origin(definition), ex);
			return null;
		}
	}

	private static @Nullable CompletableFuture<Void> skip(ClientDefinition definition, String reason) {
		logger.info("Client '{}': no connections are kept ready, since {}; {} has no effect", definition.getName(),
				reason, origin(definition));
		return null;
	}

	private static String origin(ClientDefinition definition) {
		return definition.value(ClientSetting.POOL_MIN_IDLE).origin();
	}

	private void await(String client, CompletableFuture<Void> done, long nanos) {
		try {
			done.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			ClientDefinition definition = this.clients.definition(client);
			logger.warn(
					"Client '{}': {} of {} connections to its base-url are ready after {} ms; the others are opened "
							+ "in the background. Look at the upstream, or change {}",
					client, this.clients.pool(client).snapshot().available(),
					definition.get(ClientSetting.POOL_MIN_IDLE), LONGEST_WAIT.toMillis(), origin(definition));
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
