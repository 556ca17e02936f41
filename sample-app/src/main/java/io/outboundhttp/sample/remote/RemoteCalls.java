package io.outboundhttp.sample.remote;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedRuntimeException;
import org.springframework.http.converter.HttpMessageConversionException;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestClientResponseException;

/**
 * The one place where failed calls to other services become a
 * {@link RemoteServiceException}.
 */
public final class RemoteCalls {

	private RemoteCalls() {
	}

	/**
	 * Make a call.
	 * @param <T> the type of the answer
	 * @param service the name of the service, which is also that of its client
	 * @param call the call
	 * @return the answer
	 * @throws RemoteServiceException if there is none, for whatever reason
	 */
	public static <T> T call(String service, Supplier<@Nullable T> call) {
		T answer;
		try {
			answer = call.get();
			if (answer == null) {
				throw new RestClientException("The body of the answer is empty");
			}
		}
		catch (RestClientResponseException ex) {
			throw failure(service, FailureKind.FAILED, "answered with status " + ex.getStatusCode().value(), ex);
		}
		catch (RestClientException | HttpMessageConversionException ex) {
			// The latter comes unwrapped if the answer is JSON, but lacks what we need
			FailureKind kind = FailureKind.of(ex);
			throw failure(service, kind, switch (kind) {
				case FAILED -> "gave no usable answer";
				case TIMED_OUT -> "did not answer in time";
				case NO_CONNECTION -> "was not called, since no connection became free in time";
			}, ex);
		}
		return answer;
	}

	private static RemoteServiceException failure(String service, FailureKind kind, String what,
			NestedRuntimeException cause) {
		// what the client said, not what made it say so
		String reason = ((cause.getCause() != null) ? cause.getCause() : cause).getMessage();
		return new RemoteServiceException(service, kind, "The %s service %s".formatted(service, what),
				(reason != null) ? reason : cause.getClass().getSimpleName(), cause);
	}

}
