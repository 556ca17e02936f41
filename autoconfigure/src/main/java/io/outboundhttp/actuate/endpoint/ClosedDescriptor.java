package io.outboundhttp.actuate.endpoint;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What became of a request to close connections of a client.
 *
 * @param client name of the client
 * @param scope which connections
 * @param closed how many were closed
 * @param closingAfterResponse how many are in use and are closed after their response,
 * absent where the scope has none of these
 * @since 0.1.0
 */
public record ClosedDescriptor(String client, String scope, int closed,
		@Nullable Integer closingAfterResponse) implements OperationResponseBody {

}
