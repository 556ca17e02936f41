package io.outboundhttp.sample.remote;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageConversionException;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClientException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Tests for {@link RemoteCalls}.
 */
class RemoteCallsTests {

	@Test
	void answerIsReturned() {
		assertThat(RemoteCalls.<String>call("payments", () -> "yes")).isEqualTo("yes");
	}

	@ParameterizedTest
	@MethodSource("failures")
	void failureNamesTheServiceAndItsKind(RuntimeException failure, FailureKind kind, String message, String reason) {
		assertThatExceptionOfType(RemoteServiceException.class).isThrownBy(() -> call(() -> {
			throw failure;
		})).withMessage(message).satisfies((ex) -> {
			assertThat(ex.getService()).isEqualTo("payments");
			assertThat(ex.getKind()).isEqualTo(kind);
			assertThat(ex.getReason()).isEqualTo(reason);
		});
	}

	static Stream<Arguments> failures() {
		return Stream.of(
				arguments(new HttpServerErrorException(HttpStatus.SERVICE_UNAVAILABLE), FailureKind.FAILED,
						"The payments service answered with status 503", "503 SERVICE_UNAVAILABLE"),
				arguments(new HttpMessageConversionException("Bad body", new IllegalArgumentException("no price")),
						FailureKind.FAILED, "The payments service gave no usable answer", "no price"),
				arguments(io(new IOException("reset")), FailureKind.FAILED,
						"The payments service gave no usable answer", "reset"),
				arguments(io(new SocketTimeoutException("silent")), FailureKind.TIMED_OUT,
						"The payments service did not answer in time", "silent"),
				arguments(io(new ConnectTimeoutException("far")), FailureKind.TIMED_OUT,
						"The payments service did not answer in time", "far"),
				arguments(io(new ConnectionRequestTimeoutException("full")), FailureKind.NO_CONNECTION,
						"The payments service was not called, since no connection became free in time", "full"));
	}

	@Test
	void emptyAnswerIsAFailure() {
		assertThatExceptionOfType(RemoteServiceException.class).isThrownBy(() -> call(() -> null))
			.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo("The body of the answer is empty"));
	}

	@Test
	void otherExceptionsPassThrough() {
		assertThatIllegalStateException().isThrownBy(() -> call(() -> {
			throw new IllegalStateException("a defect");
		})).withMessage("a defect");
	}

	private static void call(Supplier<@Nullable String> call) {
		RemoteCalls.call("payments", call);
	}

	private static RestClientException io(IOException cause) {
		return new ResourceAccessException("I/O error", cause);
	}

}
