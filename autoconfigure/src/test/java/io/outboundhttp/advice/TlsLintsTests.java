package io.outboundhttp.advice;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.TlsStatus;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TlsLints}.
 */
class TlsLintsTests {

	private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

	private static List<Advice> advice(@Nullable TlsStatus tls) {
		ClientDefinition definition = new ClientDefinition("a",
				ClientSetting.all()
					.stream()
					.collect(Collectors.toMap((setting) -> setting,
							(setting) -> new ClientSetting.Value<>(null, "built-in", false))),
				null);
		List<Advice> advice = new ArrayList<>();
		TlsLints.checkLive(new ClientView("a", definition, definition, null, null, tls, ApplicationTraits.NONE),
				advice::add);
		return advice;
	}

	private static TlsStatus status(@Nullable Integer ownDays, @Nullable Integer trustDays, boolean failed) {
		return new TlsStatus("pay", NOW, expires(ownDays), expires(trustDays), 0, failed ? NOW : null);
	}

	private static @Nullable Instant expires(@Nullable Integer days) {
		return (days != null) ? NOW.plus(Duration.ofDays(days)).plusSeconds(5) : null;
	}

	@Test
	void certificateThatIsValidForLongIsNotAdvisedAbout() {
		assertThat(advice(null)).isEmpty();
		assertThat(advice(status(null, null, false))).isEmpty();
		assertThat(advice(status(14, 14, false))).isEmpty();
	}

	@Test
	void certificateThatExpiresSoonIsAdvisedAbout() {
		assertThat(advice(status(13, 200, false))).singleElement().satisfies((advice) -> {
			assertThat(advice.level()).isEqualTo(Advice.Level.WARN);
			assertThat(advice.code()).isEqualTo("certificate-expires");
			assertThat(advice.message())
				.isEqualTo("Client 'a': its own certificate, in SSL bundle 'pay', expires in 13 days; renew it");
			assertThat(advice.keys()).containsExactly("outbound-http.clients.a.ssl.bundle");
		});
		assertThat(advice(status(null, -1, false))).singleElement()
			.extracting(Advice::message)
			.asString()
			.contains("a certificate that it trusts", "has expired");
	}

	@Test
	void failedReloadIsAdvisedAbout() {
		assertThat(advice(status(100, 100, true))).singleElement().satisfies((advice) -> {
			assertThat(advice.code()).isEqualTo("certificate-reload-failed");
			assertThat(advice.message()).contains("'pay'", "2026-01-01T00:00:00Z");
		});
	}

}
