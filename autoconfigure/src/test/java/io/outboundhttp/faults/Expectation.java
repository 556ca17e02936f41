package io.outboundhttp.faults;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;

import io.outboundhttp.CallPhase;
import io.outboundhttp.CallTimeoutException;
import io.outboundhttp.ConnectTimeoutException;
import io.outboundhttp.ReadTimeoutException;
import org.jspecify.annotations.Nullable;

import org.springframework.web.client.RestClientException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What comes of a request that meets a fault: an answer, or an exception of certain
 * types. Immutable.
 *
 * @param answer the answer, {@code null} if there is none
 * @param failures types of the exception, any of them
 * @param phase phase that the exception names, {@code null} if it names none
 * @param sent how often the request reaches the server
 */
record Expectation(@Nullable Answer answer, List<Class<? extends IOException>> failures, @Nullable CallPhase phase,
		int sent) {

	/**
	 * Call, and look at what comes of it.
	 */
	void verify(Api api, Callable<Answer> call) {
		Answer got;
		try {
			got = call.call();
		}
		catch (Exception ex) {
			verifyFailure(api, ex);
			return;
		}
		if (this.answer == null || !this.answer.matches(got)) {
			assertThat(got).as("answer").isEqualTo(this.answer);
		}
	}

	/**
	 * Return whether this may end one way or the other, so that the request may be
	 * received or not.
	 */
	boolean isOpen() {
		return this.answer != null && !this.failures.isEmpty();
	}

	private void verifyFailure(Api api, Exception exception) {
		IOException failure = (IOException) chain(exception).stream()
			.filter((each) -> this.failures.stream().anyMatch((type) -> type.isInstance(each)))
			.findFirst()
			.orElseThrow(() -> new AssertionError("Expected " + this + ", but there was " + exception, exception));
		if (api.isSpring()) {
			assertThat(exception).isInstanceOf(RestClientException.class);
		}
		else {
			assertThat(exception).isSameAs(failure);
		}
		if (this.phase != null) {
			assertThat(phase(failure)).as("phase").isEqualTo(this.phase);
		}
	}

	private static List<Throwable> chain(Throwable exception) {
		return java.util.stream.Stream.iterate(exception, (each) -> each != null, Throwable::getCause).toList();
	}

	private static @Nullable CallPhase phase(IOException failure) {
		if (failure instanceof ConnectTimeoutException ex) {
			return ex.getPhase();
		}
		if (failure instanceof ReadTimeoutException ex) {
			return ex.getPhase();
		}
		return (failure instanceof CallTimeoutException ex) ? ex.getPhase() : null;
	}

	@Override
	public String toString() {
		return (this.answer != null) ? this.answer.toString() : this.failures.toString();
	}

}
