package io.outboundhttp.call;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

import io.outboundhttp.ClientClosedException;
import io.outboundhttp.LeaseReclaimedException;
import io.outboundhttp.ResponseTooLargeException;
import io.outboundhttp.call.RetryPolicy.Attempts;
import io.outboundhttp.call.RetryPolicy.Decision;
import io.outboundhttp.pool.CallContext.Progress;
import io.outboundhttp.pool.RetryDenial;
import io.outboundhttp.pool.RetryReason;
import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.message.BasicHttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RetryPolicy}.
 */
class RetryPolicyTests {

	private static final long UNLIMITED = Long.MAX_VALUE;

	private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

	/** Request, failure and how far it came; then what is decided. */
	private static final String TABLE = """
			GET        | refused       | NOT_SENT | CONNECT
			GET        | unknown host  | NOT_SENT | CONNECT
			GET        | timeout       | NOT_SENT | CONNECT
			GET        | handshake     | NOT_SENT | -
			GET        | no connection | NOT_SENT | -
			GET        | pool closed   | NOT_SENT | -
			GET        | reset         | SENT     | IO
			GET        | no response   | SENT     | IO
			GET        | tls           | SENT     | IO
			GET        | timeout       | SENT     | TIMEOUT
			GET        | aborted       | SENT     | -
			GET        | reclaimed     | SENT     | -
			GET        | too large     | SENT     | -
			GET        | reset         | STALE    | STALE
			GET        | no response   | STALE    | STALE
			GET        | timeout       | STALE    | TIMEOUT
			GET        | aborted       | STALE    | -
			POST       | refused       | NOT_SENT | CONNECT
			POST       | reset         | SENT     | METHOD
			POST       | timeout       | SENT     | METHOD
			POST       | reset         | STALE    | METHOD
			POST       | aborted       | SENT     | -
			POST+key   | reset         | SENT     | IO
			POST+key   | reset         | STALE    | STALE
			PUT+stream | refused       | NOT_SENT | BODY
			PUT+stream | reset         | SENT     | BODY
			PUT+stream | reset         | STALE    | BODY
			get        | reset         | SENT     | IO
			""";

	private long random = Long.MAX_VALUE;

	private boolean off;

	private RetrySettings settings = settings(2, true);

	private static RetrySettings settings(int maxRetries, boolean stale) {
		RetrySettings retry = CallDefaults.RETRY;
		return new RetrySettings(stale, maxRetries, retry.delay(), retry.maxDelay(), retry.multiplier(),
				retry.methods(), retry.statuses(), retry.maxRetryAfter(), retry.budget());
	}

	private Attempts attempts(String request) {
		LongUnaryOperator random = (bound) -> Math.min(bound, this.random);
		return new RetryPolicy(() -> this.settings, () -> this.off, random, Clock.fixed(NOW, ZoneOffset.UTC))
			.attempts(request(request));
	}

	private static ClassicHttpRequest request(String text) {
		ClassicHttpRequest request = new BasicClassicHttpRequest(text.split("\\+")[0], "/");
		if (text.endsWith("+key")) {
			request.addHeader("idempotency-key", "7");
			request.setEntity(new StringEntity("body"));
		}
		if (text.endsWith("+stream")) {
			request.setEntity(new InputStreamEntity(InputStream.nullInputStream(), ContentType.TEXT_PLAIN));
		}
		return request;
	}

	private static IOException failure(String name) {
		return switch (name) {
			case "refused" -> new ConnectException("refused");
			case "unknown host" -> new UnknownHostException("nowhere");
			case "timeout" -> new SocketTimeoutException("silent");
			case "handshake" -> new SSLHandshakeException("untrusted");
			case "tls" -> new SSLException("bad record");
			case "no connection" -> new ConnectionRequestTimeoutException("dry");
			case "pool closed" -> new ClientClosedException("closed", null);
			case "reset" -> new SocketException("reset");
			case "no response" -> new NoHttpResponseException("gone");
			case "aborted" -> new RequestFailedException("aborted");
			case "reclaimed" -> new LeaseReclaimedException("reclaimed", null);
			case "too large" -> new ResponseTooLargeException("too large", 1);
			default -> throw new IllegalArgumentException(name);
		};
	}

	static Stream<List<String>> rows() {
		return TABLE.lines().map((line) -> Arrays.stream(line.split("\\|")).map(String::trim).toList());
	}

	@ParameterizedTest
	@MethodSource("rows")
	void failureIsDecidedAsTheTableSays(List<String> row) {
		Decision decision = attempts(row.get(0)).afterFailure(failure(row.get(1)), Progress.valueOf(row.get(2)),
				UNLIMITED);
		assertThat(text(decision)).isEqualTo(row.get(3));
		assertThat(decision.fresh()).isEqualTo(row.get(3).equals("STALE"));
	}

	private static String text(Decision decision) {
		if (decision == Decision.NONE) {
			return "-";
		}
		return (decision.denial() != null) ? decision.denial().name() : decision.reason().name();
	}

	private static HttpResponse response(int status) {
		return new BasicHttpResponse(status);
	}

	private static HttpResponse retryAfter(String value) {
		HttpResponse response = response(503);
		response.addHeader("Retry-After", value);
		return response;
	}

	@Test
	void statusesDecide() {
		for (int status : new int[] { 429, 502, 503, 504 }) {
			assertThat(text(attempts("GET").afterResponse(response(status), UNLIMITED))).isEqualTo("STATUS");
			assertThat(text(attempts("POST").afterResponse(response(status), UNLIMITED))).isEqualTo("METHOD");
			assertThat(text(attempts("POST+key").afterResponse(response(status), UNLIMITED))).isEqualTo("STATUS");
			assertThat(text(attempts("PUT+stream").afterResponse(response(status), UNLIMITED))).isEqualTo("BODY");
		}
		for (int status : new int[] { 200, 204, 302, 400, 404, 408, 425, 500, 501, 505 }) {
			assertThat(attempts("GET").afterResponse(response(status), UNLIMITED)).isSameAs(Decision.NONE);
		}
	}

	@Test
	void retriesEndAtTheirNumber() {
		Attempts attempts = attempts("GET");
		assertThat(text(attempts.afterResponse(response(503), UNLIMITED))).isEqualTo("STATUS");
		assertThat(text(attempts.afterFailure(failure("reset"), Progress.SENT, UNLIMITED))).isEqualTo("IO");
		assertThat(attempts.afterResponse(response(503), UNLIMITED)).isSameAs(Decision.NONE);
		assertThat(attempts.afterFailure(failure("refused"), Progress.NOT_SENT, UNLIMITED)).isSameAs(Decision.NONE);
	}

	@Test
	void staleAttemptIsNoRetryAndHappensOnce() {
		Attempts attempts = attempts("GET");
		assertThat(text(attempts.afterFailure(failure("reset"), Progress.STALE, UNLIMITED))).isEqualTo("STALE");
		assertThat(text(attempts.afterFailure(failure("reset"), Progress.STALE, UNLIMITED))).isEqualTo("IO");
		assertThat(text(attempts.afterFailure(failure("reset"), Progress.STALE, UNLIMITED))).isEqualTo("IO");
		assertThat(attempts.afterFailure(failure("reset"), Progress.STALE, UNLIMITED)).isSameAs(Decision.NONE);
	}

	@Test
	void staleAttemptHappensWithoutRetriesToo() {
		this.settings = settings(0, true);
		Attempts attempts = attempts("GET");
		Decision decision = attempts.afterFailure(failure("reset"), Progress.STALE, UNLIMITED);
		assertThat(decision).isEqualTo(new Decision(RetryReason.STALE, null, Duration.ZERO, true));
		assertThat(attempts.afterFailure(failure("reset"), Progress.STALE, UNLIMITED)).isSameAs(Decision.NONE);
	}

	@Test
	void staleAttemptThatIsSwitchedOffIsARetry() {
		this.settings = settings(0, false);
		assertThat(attempts("GET").afterFailure(failure("reset"), Progress.STALE, UNLIMITED)).isSameAs(Decision.NONE);
		this.settings = settings(1, false);
		assertThat(text(attempts("GET").afterFailure(failure("reset"), Progress.STALE, UNLIMITED))).isEqualTo("IO");
	}

	@Test
	void applicationCodeThatDecidesKeepsOursOut() {
		this.off = true;
		assertThat(attempts("GET").afterResponse(response(503), UNLIMITED)).isSameAs(Decision.NONE);
		assertThat(attempts("GET").afterFailure(failure("reset"), Progress.STALE, UNLIMITED)).isSameAs(Decision.NONE);
	}

	@Test
	void pausesGrowWithFullJitter() {
		this.settings = settings(7, true);
		assertThat(pauses()).containsExactly(100L, 200L, 400L, 800L, 1600L, 2000L, 2000L);
		this.random = TimeUnit.MILLISECONDS.toNanos(150);
		assertThat(pauses()).containsExactly(100L, 150L, 150L, 150L, 150L, 150L, 150L);
		this.random = 0;
		assertThat(pauses()).containsOnly(0L);
	}

	private List<Long> pauses() {
		Attempts attempts = attempts("GET");
		List<Long> pauses = new ArrayList<>();
		for (int i = 0; i < 7; i++) {
			pauses.add(attempts.afterResponse(response(503), UNLIMITED).pause().toMillis());
		}
		return pauses;
	}

	@Test
	void pauseMustEndInTime() {
		long pause = Duration.ofMillis(100).toNanos();
		assertThat(text(attempts("GET").afterResponse(response(503), pause + 1))).isEqualTo("STATUS");
		for (long remaining : new long[] { pause, 1, 0, -1, Long.MIN_VALUE }) {
			assertThat(text(attempts("GET").afterResponse(response(503), remaining))).isEqualTo("DEADLINE");
			assertThat(text(attempts("GET").afterFailure(failure("reset"), Progress.SENT, remaining)))
				.isEqualTo("DEADLINE");
		}
		assertThat(text(attempts("GET").afterFailure(failure("reset"), Progress.STALE, 1))).isEqualTo("STALE");
		assertThat(text(attempts("GET").afterFailure(failure("reset"), Progress.STALE, 0))).isEqualTo("DEADLINE");
	}

	@Test
	void deniedRetryIsNotSpent() {
		Attempts attempts = attempts("GET");
		for (int i = 0; i < 5; i++) {
			assertThat(attempts.afterResponse(response(503), 1).denial()).isEqualTo(RetryDenial.DEADLINE);
		}
		assertThat(text(attempts.afterResponse(response(503), UNLIMITED))).isEqualTo("STATUS");
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "1", "10", " 7 ", "0000000003" })
	void secondsWithinTheCapAreObeyed(String seconds) {
		Decision decision = attempts("GET").afterResponse(retryAfter(seconds), UNLIMITED);
		assertThat(decision.pause()).isEqualTo(Duration.ofSeconds(Long.parseLong(seconds.trim())));
		assertThat(decision.denial()).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "11", "86400", "9999999999", "99999999999999999999999999" })
	void secondsAboveTheCapReturnTheResponse(String seconds) {
		assertThat(text(attempts("GET").afterResponse(retryAfter(seconds), UNLIMITED))).isEqualTo("RETRY_AFTER");
	}

	@Test
	void datesAreUnderstoodToo() {
		assertThat(attempts("GET").afterResponse(retryAfter(date(Duration.ofSeconds(10))), UNLIMITED).pause())
			.isEqualTo(Duration.ofSeconds(10));
		assertThat(text(attempts("GET").afterResponse(retryAfter(date(Duration.ofSeconds(11))), UNLIMITED)))
			.isEqualTo("RETRY_AFTER");
		assertThat(attempts("GET").afterResponse(retryAfter(date(Duration.ofDays(-1))), UNLIMITED))
			.isEqualTo(new Decision(RetryReason.STATUS, null, Duration.ZERO, false));
	}

	private static String date(Duration fromNow) {
		return DateUtils.formatStandardDate(NOW.plus(fromNow));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "soon", "-1", "1.5", "1s", "+5", "\u0661", "Sat, 99 Foo 2099 00:00:00 GMT" })
	void whatCannotBeUnderstoodIsIgnored(String value) {
		assertThat(attempts("GET").afterResponse(retryAfter(value), UNLIMITED).pause())
			.isEqualTo(Duration.ofMillis(100));
	}

}
