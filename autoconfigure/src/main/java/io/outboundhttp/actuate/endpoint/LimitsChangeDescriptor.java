package io.outboundhttp.actuate.endpoint;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What became of a request to change the limits of a client.
 *
 * @param client name of the client
 * @param before limits that held until now
 * @param after limits that were asked for; what was not named stays
 * @param effective limits that hold now, read back from the pool
 * @param override until when they hold
 * @since 0.1.0
 */
public record LimitsChangeDescriptor(String client, @JsonProperty("old") LimitsDescriptor before,
		@JsonProperty("new") LimitsDescriptor after, LimitsDescriptor effective,
		@Nullable OverrideDescriptor override) implements OperationResponseBody {

}
