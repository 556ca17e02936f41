package io.outboundhttp.actuate.endpoint;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Why a request is refused.
 *
 * @param error what is wrong, and what would be right
 * @since 0.1.0
 */
public record ErrorDescriptor(String error) implements OperationResponseBody {

}
