/**
 * Clients on managed pools: what a client is
 * ({@link io.outboundhttp.client.ClientDefinition}), how its HttpClient is built
 * ({@link io.outboundhttp.client.PooledHttpClientFactory}) and how applications get at it
 * ({@link io.outboundhttp.client.OutboundHttpClients}).
 */
@NullMarked
package io.outboundhttp.client;

import org.jspecify.annotations.NullMarked;
