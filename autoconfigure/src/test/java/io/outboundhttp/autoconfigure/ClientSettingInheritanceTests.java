package io.outboundhttp.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.outboundhttp.actuate.endpoint.SettingDescriptor;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import io.outboundhttp.testsupport.TestProxyServer;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.web.client.ResourceAccessException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for what clients inherit, how they switch it off, and for the built-in values
 * that bend to what is set.
 */
class ClientSettingInheritanceTests {

	private final TestHttpServer server = TestHttpServer.start();

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void firstLayerThatSetsValueWins() {
		ClientsRunner
			.withProperties("outbound-http.clients.a.connect-timeout=1s",
					"spring.http.serviceclient.a.connect-timeout=2s", "spring.http.serviceclient.a.read-timeout=2s",
					"outbound-http.defaults.connect-timeout=3s", "outbound-http.defaults.read-timeout=3s",
					"outbound-http.defaults.redirects=dont-follow", "spring.http.clients.connect-timeout=4s",
					"spring.http.clients.read-timeout=4s", "spring.http.clients.redirects=follow",
					"spring.http.clients.cookie-handling=enable")
			.run((context) -> {
				LiveClientView client = LiveClientView.of(context, "a");
				assertThat(client.connectionConfig().getConnectTimeout().toDuration()).isEqualTo(Duration.ofSeconds(1));
				assertThat(client.requestConfig().getResponseTimeout().toDuration()).isEqualTo(Duration.ofSeconds(2));
				assertSetting(client, "connect-timeout", "1s", "outbound-http.clients.a.connect-timeout");
				assertSetting(client, "read-timeout", "2s", "spring.http.serviceclient.a.read-timeout");
				assertSetting(client, "redirects", "dont-follow", "outbound-http.defaults.redirects");
				assertSetting(client, "cookie-handling", "enable", "spring.http.clients.cookie-handling");
				assertSetting(client, "pool.acquire-timeout", "3s", "built-in");
			});
	}

	@Test
	void clientSwitchesOffWhatDefaultsSwitchedOn() {
		try (TestProxyServer proxy = TestProxyServer.start()) {
			this.server.handle("/redirect", Handler.redirect("/x"))
				.handle("/cookie", (exchange) -> exchange.respond(200, Headers.of("Set-Cookie", "id=1"), ""));
			ClientsRunner.withProperties("outbound-http.defaults.proxy.host=" + proxy.host(),
					"outbound-http.defaults.proxy.port=" + proxy.port(), "outbound-http.defaults.proxy.username=scott",
					"outbound-http.defaults.proxy.password=tiger", "outbound-http.defaults.cookie-handling=enable",
					"outbound-http.defaults.redirects=follow", "outbound-http.defaults.health.enabled=false",
					"outbound-http.defaults.enabled=false", "outbound-http.defaults.pool.idle-timeout=50ms",
					"outbound-http.defaults.pool.time-to-live=60s", "outbound-http.clients.on.enabled=true",
					"outbound-http.clients.off.enabled=true", "outbound-http.clients.off.proxy.host=",
					"outbound-http.clients.off.cookie-handling=disable",
					"outbound-http.clients.off.redirects=dont-follow", "outbound-http.clients.off.health.enabled=true",
					"outbound-http.clients.off.pool.idle-timeout=0", "outbound-http.clients.off.pool.time-to-live=0")
				.run((context) -> {
					LiveClientView on = LiveClientView.of(context, "on");
					on.get(this.server.url("/cookie"));
					assertThat(on.get(this.server.url("/redirect")).getStatusCode().value()).isEqualTo(200);
					assertThat(last().header("Cookie")).isEqualTo("id=1");
					assertThat(proxy.targets()).hasSize(3);
					LiveClientView off = LiveClientView.of(context, "off");
					off.get(this.server.url("/cookie"));
					assertThat(off.get(this.server.url("/redirect")).getStatusCode().value()).isEqualTo(302);
					assertThat(last().header("Cookie")).isNull();
					assertThat(proxy.targets()).hasSize(3);
					assertThat(off.live().pool().getSettings().getIdleTimeout()).isNull();
					assertThat(off.connectionConfig().getTimeToLive()).isNull();
					assertThat(off.setting("health.enabled").value()).isEqualTo(true);
					assertThat(off.clients().names()).containsExactly("on", "off");
				});
		}
	}

	@Test
	@DisplayName("K6 time-to-live 0 is off: connections are reused")
	void timeToLiveOfZeroReusesConnections() {
		ClientsRunner.withProperties("outbound-http.clients.a.pool.time-to-live=0").run((context) -> {
			LiveClientView client = LiveClientView.of(context, "a");
			for (int i = 0; i < 5; i++) {
				client.get(this.server.url("/x"));
			}
			assertThat(this.server.requests()).hasSize(5);
			assertThat(this.server.connectionsAccepted()).isEqualTo(1);
			assertThat(client.setting("pool.time-to-live").value()).isEqualTo("0s");
			client.live().pool().closeExpired();
			assertThat(client.snapshot().available()).isEqualTo(1);
		});
	}

	@Test
	void idleTimeoutOfZeroKeepsIdleConnections() {
		ClientsRunner
			.withProperties("outbound-http.defaults.pool.evict-interval=10ms",
					"outbound-http.defaults.pool.idle-timeout=20ms", "outbound-http.clients.off.pool.idle-timeout=0")
			.run((context) -> {
				LiveClientView off = LiveClientView.of(context, "off");
				off.get(this.server.url("/x"));
				try (TestHttpServer swept = TestHttpServer.start()) {
					LiveClientView.of(context, "default").get(swept.url("/x"));
					swept.awaitNoOpenConnections();
				}
				assertThat(off.snapshot().available()).isEqualTo(1);
				off.get(this.server.url("/x"));
				assertThat(this.server.connectionsAccepted()).isEqualTo(1);
				assertThat(off.setting("pool.idle-timeout").value()).isEqualTo("0s");
				assertThat(off.setting("pool.validate-after-inactivity").value()).isEqualTo("2s");
				assertThat(off.setting("pool.evict-interval").value()).isEqualTo("10ms");
			});
	}

	@Test
	void validateAfterInactivityOfZeroChecksOnEveryLease() {
		ClientsRunner
			.withProperties("outbound-http.clients.every.pool.validate-after-inactivity=0",
					"outbound-http.clients.late.pool.validate-after-inactivity=10s")
			.run((context) -> {
				LiveClientView every = LiveClientView.of(context, "every");
				assertThat(every.connectionConfig().getValidateAfterInactivity())
					.isEqualTo(TimeValue.ofMilliseconds(0));
				for (int i = 1; i <= 20; i++) {
					post(every);
					this.server.closeConnections();
				}
				assertThat(this.server.connectionsAccepted()).as("closed ones were seen").isEqualTo(20);
				LiveClientView late = LiveClientView.of(context, "late");
				post(late);
				this.server.closeConnections();
				assertThatThrownBy(() -> post(late)).isInstanceOf(ResourceAccessException.class);
			});
	}

	@Test
	void listsAndOverrideMapsReplace() {
		ClientsRunner.withProperties("outbound-http.defaults.proxy.host=proxy", "outbound-http.defaults.proxy.port=1",
				"outbound-http.defaults.proxy.non-proxy-hosts=a,b", "outbound-http.clients.a.proxy.non-proxy-hosts=c",
				"outbound-http.defaults.pool.max-per-route-overrides[http://a:80]=1",
				"outbound-http.defaults.pool.max-per-route-overrides[http://b:80]=2",
				"outbound-http.clients.a.pool.max-per-route-overrides[http://b:80]=3")
			.run((context) -> {
				LiveClientView client = LiveClientView.of(context, "a");
				assertThat(client.setting("proxy.non-proxy-hosts").value()).isEqualTo(List.of("c"));
				assertThat(client.setting("pool.max-per-route-overrides").value()).isEqualTo(Map.of("http://b:80", 3));
				LiveClientView other = LiveClientView.of(context, "default");
				assertThat(other.setting("proxy.non-proxy-hosts").value()).isEqualTo(List.of("a", "b"));
				assertThat(other.setting("pool.max-per-route-overrides").value())
					.isEqualTo(Map.of("http://a:80", 1, "http://b:80", 2));
			});
	}

	@ParameterizedTest
	@CsvSource({ "redirect.sensitive-headers, X-Own", "proxy.non-proxy-hosts, localhost", "egress.allow, *.example.com",
			"egress.deny, 10.0.0.0/8", "retry.methods, GET", "retry.statuses, 503" })
	void listMayBeWrittenElementByElement(String key, String value) {
		ClientsRunner
			.withProperties("outbound-http.clients.a.proxy.host=localhost", "outbound-http.clients.a.proxy.port=1",
					"outbound-http.clients.a." + key + "[0]=" + value)
			.run((context) -> assertThat(LiveClientView.of(context, "a").setting(key).value())
				.hasToString("[" + value + "]"));
	}

	@Test
	void emptyListReplacesInheritedOne() {
		ClientsRunner.withProperties("outbound-http.defaults.proxy.host=proxy", "outbound-http.defaults.proxy.port=1",
				"outbound-http.defaults.proxy.non-proxy-hosts=a,b", "outbound-http.clients.a.proxy.non-proxy-hosts=")
			.run((context) -> assertThat(LiveClientView.of(context, "a").setting("proxy.non-proxy-hosts").value())
				.isEqualTo(List.of()));
	}

	@Test
	void headersMergeByNameInAnyCase() {
		ClientsRunner.withProperties("outbound-http.defaults.default-header.X-Team=blue",
				"outbound-http.defaults.default-header.X-Site=north",
				"outbound-http.clients.a.default-header.x-team=red", "outbound-http.clients.a.default-header.X-Own=1,2")
			.run((context) -> {
				LiveClientView client = LiveClientView.of(context, "a");
				client.get(this.server.url("/x"));
				assertThat(last().headers().all("X-Team")).containsExactly("red");
				assertThat(last().headers().all("X-Site")).containsExactly("north");
				assertThat(last().headers().all("X-Own")).containsExactly("1", "2");
				client.clients().restTemplate("a").getForObject(this.server.url("/x"), String.class);
				assertThat(last().headers().all("X-Team")).containsExactly("red");
				assertThat(client.setting("default-header").origin()).contains("outbound-http.clients.a.default-header",
						"outbound-http.defaults.default-header");
			});
	}

	@ParameterizedTest(name = "{0}={1} gives {2}={3}")
	@CsvSource({ "pool.max-total,20,pool.max-per-route,20", "pool.max-total,49,pool.max-per-route,49",
			"pool.max-per-route,7,pool.max-total,70", "pool.time-to-live,2s,pool.idle-timeout,2s",
			"pool.time-to-live,14999ms,pool.idle-timeout,14999ms",
			"pool.idle-timeout,1s,pool.validate-after-inactivity,1s",
			"pool.idle-timeout,1999ms,pool.validate-after-inactivity,1999ms",
			"pool.idle-timeout,8s,pool.evict-interval,2s", "pool.idle-timeout,20s,pool.evict-interval,5s",
			"pool.idle-timeout,60s,pool.evict-interval,5s", "pool.idle-timeout,20ms,pool.evict-interval,10ms" })
	void builtInValueBendsToWhatIsSet(String key, String value, String derivedKey, String derived) {
		for (String prefix : List.of("outbound-http.defaults.", "outbound-http.clients.a.")) {
			ClientsRunner.withProperties(prefix + key + "=" + value, "outbound-http.clients.a.user-agent=x")
				.run((context) -> {
					SettingDescriptor setting = LiveClientView.of(context, "a").setting(derivedKey);
					assertThat(setting.value()).hasToString(derived);
					assertThat(setting.origin()).startsWith("derived from " + prefix + key + " (");
				});
		}
	}

	@ParameterizedTest(name = "{0}={1} leaves {2}={3}")
	@CsvSource({ "pool.max-total,50,pool.max-per-route,50", "pool.max-total,1000,pool.max-per-route,50",
			"pool.time-to-live,15s,pool.idle-timeout,15s", "pool.time-to-live,1h,pool.idle-timeout,15s",
			"pool.time-to-live,0,pool.idle-timeout,15s", "pool.idle-timeout,2s,pool.validate-after-inactivity,2s",
			"pool.idle-timeout,1m,pool.validate-after-inactivity,2s",
			"pool.idle-timeout,0,pool.validate-after-inactivity,2s", "pool.idle-timeout,0,pool.evict-interval,5s" })
	void builtInValueStaysWhereItFits(String key, String value, String otherKey, String other) {
		ClientsRunner.withProperties("outbound-http.clients.a." + key + "=" + value).run((context) -> {
			SettingDescriptor setting = LiveClientView.of(context, "a").setting(otherKey);
			assertThat(setting.value()).hasToString(other);
			assertThat(setting.origin()).isEqualTo("built-in");
		});
	}

	@Test
	void shortTimeToLiveBendsIdleTimeoutAndAllThatFollowsIt() {
		ClientsRunner.withProperties("outbound-http.defaults.pool.time-to-live=1s").run((context) -> {
			LiveClientView client = LiveClientView.of(context, "default");
			assertThat(client.connectionConfig().getIdleTimeout().toDuration()).isEqualTo(Duration.ofSeconds(1));
			assertThat(client.connectionConfig().getValidateAfterInactivity().toDuration())
				.isEqualTo(Duration.ofSeconds(1));
			assertThat(client.live().pool().getSettings().getIdleTimeout()).isEqualTo(Duration.ofSeconds(1));
			assertThat(client.live().pool().getSettings().getEvictInterval()).isEqualTo(Duration.ofMillis(250));
		});
	}

	@Test
	void clientThatSetsOneOfTwoRelatedLimitsBendsToInheritedOther() {
		ClientsRunner
			.withProperties("outbound-http.defaults.pool.max-total=20", "outbound-http.clients.a.pool.max-per-route=5")
			.run((context) -> {
				LiveClientView client = LiveClientView.of(context, "a");
				assertThat(client.snapshot().maxTotal()).isEqualTo(20);
				assertThat(client.snapshot().maxPerRoute()).isEqualTo(5);
				assertThat(LiveClientView.of(context, "default").snapshot().maxPerRoute()).isEqualTo(20);
			});
	}

	@Test
	void bundleOfClientReplacesInheritedOne() {
		TestCertificates certificates = TestCertificates.get();
		try (TestHttpServer tls = TestHttpServer.startTls(certificates.serverContext(), true)) {
			ClientsRunner.withProperties("outbound-http.defaults.ssl.bundle=a", "outbound-http.clients.b.ssl.bundle=b")
				.withPropertyValues(certificates.jksBundle("a", TestCertificates.CLIENT_A))
				.withPropertyValues(certificates.pemBundle("b", TestCertificates.CLIENT_B))
				.run((context) -> {
					LiveClientView.of(context, "b").get(tls.url("/x"));
					LiveClientView.of(context, "default").get(tls.url("/x"));
					assertThat(tls.requests()).extracting((request) -> String.valueOf(request.peerPrincipal()))
						.containsExactly("CN=client-b", "CN=client-a");
				});
		}
	}

	private void post(LiveClientView client) {
		client.clients().restClient(client.name()).post().uri(this.server.url("/x")).retrieve().toBodilessEntity();
	}

	private RecordedRequest last() {
		List<RecordedRequest> requests = this.server.requests();
		return requests.get(requests.size() - 1);
	}

	private static void assertSetting(LiveClientView client, String key, String value, String origin) {
		assertThat(ClientSetting.all()).extracting(ClientSetting::key).contains(key);
		assertThat(client.setting(key).value()).isEqualTo(value);
		assertThat(client.setting(key).origin()).startsWith(origin);
	}

}
