package io.outboundhttp.client;

import java.util.Set;

import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;

import io.outboundhttp.call.CallSettings;
import io.outboundhttp.pool.ConnectionPool;

/**
 * What a live HttpClient of a client really runs with.
 *
 * @param definition what the client was asked to be
 * @param pool pool of its connections
 * @param connectionConfig timeouts and life time of the pool's connections
 * @param requestConfig defaults of each request
 * @param calls what bounds and repeats its calls
 * @param unapplied settings that have no effect, since the application builds its own
 * builder of HttpClients
 * @since 0.1.0
 */
public record LiveClient(ClientDefinition definition, ConnectionPool pool, ConnectionConfig connectionConfig,
		RequestConfig requestConfig, CallSettings calls, Set<ClientSetting<?>> unapplied) {

}
