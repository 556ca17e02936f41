package io.outboundhttp.advice;

import io.outboundhttp.client.ClientSetting;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ClientKeys}.
 */
class ClientKeysTests {

	private static final String KEY = "outbound-http.clients.a.read-timeout";

	private static String brief(String origin) {
		return ClientKeys.brief("a", ClientSetting.READ_TIMEOUT, origin);
	}

	@Test
	void namesThatNeedBracketsHaveThem() {
		assertThat(ClientKeys.key("a", ClientSetting.READ_TIMEOUT)).isEqualTo(KEY);
		assertThat(ClientKeys.key("a.b", ClientSetting.READ_TIMEOUT))
			.isEqualTo("outbound-http.clients[a.b].read-timeout");
		assertThat(ClientKeys.key("default#2", ClientSetting.READ_TIMEOUT))
			.isEqualTo("outbound-http.clients.default.read-timeout");
	}

	@Test
	void originWithTheOwnKeyIsThePlaceAlone() {
		assertThat(brief(KEY + " (class path resource [application.yml] - 5:7)")).isEqualTo("application.yml 5:7");
		assertThat(brief(KEY + " (class path resource [config/application.yml] from shop-1.0.jar - 5:7)"))
			.isEqualTo("application.yml 5:7");
		assertThat(brief(KEY + " (\"" + KEY + "\" from property source \"map\")")).isEqualTo("property source \"map\"");
		assertThat(brief(KEY + " (System Environment Property \"A\")")).isEqualTo("System Environment Property \"A\"");
	}

	@Test
	void whatElseSetsItIsNamed() {
		assertThat(brief("outbound-http.defaults.read-timeout (class path resource [application.yml] - 5:7)"))
			.isEqualTo("defaults, application.yml 5:7");
		assertThat(brief("spring.http.clients.read-timeout (class path resource [application.yml] - 5:7)"))
			.isEqualTo("spring.http.clients.read-timeout, application.yml 5:7");
	}

	@Test
	void otherOriginsStayAsTheyAre() {
		assertThat(brief("built-in")).isEqualTo("built-in");
		assertThat(brief("derived from pool.max-total")).isEqualTo("derived from pool.max-total");
		assertThat(brief(KEY)).isEqualTo(KEY);
	}

}
