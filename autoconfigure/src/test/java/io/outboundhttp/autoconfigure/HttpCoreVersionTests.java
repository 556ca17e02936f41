package io.outboundhttp.autoconfigure;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link HttpCoreVersion}.
 */
@DisplayName("L6 releases of HttpCore that lose connections are refused")
class HttpCoreVersionTests {

	@Test
	void releaseOnTheClassPathIsAccepted() {
		assertThatCode(HttpCoreVersion::verify).doesNotThrowAnyException();
	}

	@ParameterizedTest
	@ValueSource(strings = { "5.4.3", "5.4.4", "5.4.10", "5.5", "5.5-beta1", "6.0", "UNAVAILABLE", "" })
	void soundOrUnknownReleaseIsAccepted(String release) {
		assertThatCode(() -> HttpCoreVersion.verify(release)).doesNotThrowAnyException();
	}

	@ParameterizedTest
	@ValueSource(strings = { "5.4.2", "5.4", "5.3.9", "5.4-beta2", "4.4.16" })
	void releaseThatLosesConnectionsIsRefused(String release) {
		assertThatExceptionOfType(OutboundHttpConfigurationException.class)
			.isThrownBy(() -> HttpCoreVersion.verify(release))
			.withMessageContaining(release);
	}

}
