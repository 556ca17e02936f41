package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

import io.outboundhttp.EgressDeniedException;
import io.outboundhttp.EgressDeniedException.Reason;
import io.outboundhttp.client.HealthRules;
import io.outboundhttp.health.OutboundHttpHealthContributor;
import io.outboundhttp.pool.LeakDetection;
import io.outboundhttp.pool.LeakDetection.Reclaim;
import io.outboundhttp.pool.LeakDetection.StackTraces;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.pool.egress.EgressMode;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.call.RetrySettings;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import io.outboundhttp.testsupport.TestProxyServer;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.HealthContributors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The {@link ClientSettingRow rows} of all keys, and the servers that show their effect.
 */
final class ClientSettingRows implements AutoCloseable {

	private static final String SHOP = "http://shop.test";

	private static final String LONGEST = Integer.MAX_VALUE + "ms";

	private static final String TOO_LONG = (Integer.MAX_VALUE + 1L) + "ms";

	private final TestHttpServer server = TestHttpServer.start();

	private final TestHttpServer tlsServer = TestHttpServer.startTls(TestCertificates.get().serverContext(), false);

	private final TestProxyServer proxy = TestProxyServer.start().route("shop.test", this.server.port());

	private final TestProxyServer guardedProxy = TestProxyServer.start()
		.requireBasicAuth("scott", "tiger")
		.route("shop.test", this.server.port());

	private final Map<String, ClientSettingRow> rows = new LinkedHashMap<>();

	ClientSettingRows() {
		this.server.handle("/redirect", Handler.redirect("/x"))
			.handle("/cookie", (exchange) -> exchange.respond(200, Headers.of("Set-Cookie", "id=1"), ""));
		requestRows();
		proxyRows();
		limitRows();
		timeRows();
		leakRows();
		callRows();
		retryRows();
		egressRows();
		List<ClientSettingRow> others = List.of(
				row("enabled", "false").shown(null)
					.effect((client) -> assertThat(client.exists()).isFalse())
					.refuses("perhaps"),
				row("health.enabled", "false").shown(false)
					.effect(ClientSettingRows::notPartOfHealth)
					.refuses("perhaps"),
				row("ssl.bundle", "trusting").beside(TestCertificates.get().jksTrustBundle("trusting"))
					.effect((client) -> assertThat(client.get(this.tlsServer.url("/x")).getBody()).isEqualTo("ok"))
					.refuses("missing"),
				row("pool.buffer-size", "1KB").beside(TestCertificates.get().jksTrustBundle("trusting"))
					.with("ssl.bundle=trusting")
					.effect((client) -> assertThat(firstPiece(client)).isBetween(1, 1024))
					.accepts("512B", "16MB")
					.refuses("511B", "16777217B"));
		others.forEach((row) -> this.rows.put(row.key(), row));
	}

	ClientSettingRow get(String key) {
		ClientSettingRow row = this.rows.get(key);
		assertThat(row).as("row of '%s': every key needs a test that shows its effect", key).isNotNull();
		return row;
	}

	private ClientSettingRow row(String key, String value) {
		ClientSettingRow row = new ClientSettingRow(key, value);
		this.rows.put(key, row);
		return row;
	}

	private void requestRows() {
		row("base-url", this.server.url("/base")).shown(this.server.url())
			.effect((client) -> assertThat(recorded(client, "/x").target()).isEqualTo("/base/x"));
		row("default-header", "blue").element(".X-Team")
			.shown(Map.of("X-Team", "******"))
			.effect((client) -> assertThat(recorded(client, this.server.url("/x")).header("X-Team")).isEqualTo("blue"));
		row("user-agent", "shop/7")
			.effect((client) -> assertThat(recorded(client, this.server.url("/x")).header("User-Agent"))
				.isEqualTo("shop/7"))
			.refuses(" ");
		row("redirects", "dont-follow").effect(
				(client) -> assertThat(client.get(this.server.url("/redirect")).getStatusCode().value()).isEqualTo(302))
			.refuses("sometimes");
		row("cookie-handling", "enable").effect((client) -> {
			client.get(this.server.url("/cookie"));
			assertThat(recorded(client, this.server.url("/x")).header("Cookie")).isEqualTo("id=1");
		}).refuses("sometimes");
	}

	private void proxyRows() {
		String port = "proxy.port=" + this.proxy.port();
		row("proxy.host", this.proxy.host()).with(port)
			.effect(this::throughProxy)
			.refuses("http://proxy", "proxy:8080");
		row("proxy.port", String.valueOf(this.proxy.port())).with("proxy.host=" + this.proxy.host())
			.shown(this.proxy.port())
			.effect(this::throughProxy)
			.accepts("1", "65535")
			.refuses("0", "65536");
		String guarded = "proxy.port=" + this.guardedProxy.port();
		row("proxy.username", "scott").with("proxy.host=" + this.guardedProxy.host())
			.with(guarded)
			.with("proxy.password=tiger")
			.shown("******")
			.effect(this::authorized);
		row("proxy.password", "tiger").with("proxy.host=" + this.guardedProxy.host())
			.with(guarded)
			.with("proxy.username=scott")
			.shown("******")
			.effect(this::authorized);
		row("proxy.non-proxy-hosts", "*.0.0.1").with("proxy.host=" + this.proxy.host())
			.with(port)
			.shown(List.of("*.0.0.1"))
			.effect((client) -> {
				List<String> before = this.proxy.targets();
				client.get(this.server.url("/x"));
				assertThat(this.proxy.targets()).isEqualTo(before);
				throughProxy(client);
			});
	}

	private void limitRows() {
		row("pool.max-per-route", "7").shown(7).effect((client) -> {
			assertThat(client.snapshot().maxPerRoute()).isEqualTo(7);
			assertThat(client.maxOfRoute(this.server.url())).isEqualTo(7);
		}).accepts("1", "10000").refuses("0", "-1", "10001", "many");
		row("pool.max-total", "20").shown(20)
			.effect((client) -> assertThat(client.snapshot().maxTotal()).isEqualTo(20))
			.accepts("1", "100000")
			.refuses("0", "-1", "100001", "many");
		row("pool.max-pending", "7").shown(7)
			.effect((client) -> assertThat(client.live().pool().getSettings().getMaxPending()).isEqualTo(7))
			.accepts("-1", "0", "1000000")
			.refuses("-2", "1000001", "many");
		row("pool.min-idle", "7").shown(7)
			.effect((client) -> assertThat(client.live().pool().getSettings().getMinIdle()).isEqualTo(7))
			.accepts("0", "10000")
			.refuses("-1", "10001", "many");
		row("pool.max-per-route-overrides", "3").element("[" + this.server.url() + "]")
			.shown(Map.of(this.server.url(), 3))
			.effect((client) -> {
				assertThat(client.maxOfRoute(this.server.url())).isEqualTo(3);
				assertThat(client.snapshot().maxPerRoute()).isEqualTo(50);
			})
			.accepts("1", "500")
			.refuses("0", "10001");
	}

	private void leakRows() {
		row("leak-detection.enabled", "false").shown(false)
			.effect((client) -> assertThat(leakDetection(client).enabled()).isFalse())
			.refuses("perhaps");
		duration("leak-detection.threshold", "0s", "-1",
				(client) -> TimeValue.of(Objects.requireNonNull(leakDetection(client).threshold())));
		row("leak-detection.stack-traces", "never")
			.effect((client) -> assertThat(leakDetection(client).stackTraces()).isEqualTo(StackTraces.NEVER))
			.accepts("sampled", "always")
			.refuses("sometimes");
		row("leak-detection.reclaim", "overdue")
			.effect((client) -> assertThat(leakDetection(client).reclaim()).isEqualTo(Reclaim.OVERDUE))
			.accepts("never", "abandoned")
			.refuses("sometimes");
		duration("leak-detection.reclaim-after", "1ms", "0",
				(client) -> TimeValue.of(leakDetection(client).reclaimAfter()));
	}

	private void callRows() {
		duration("call-timeout", "0s", "-1",
				(client) -> TimeValue.of(Objects.requireNonNull(client.live().calls().callTimeout()).value()));
		row("max-response-size", "1KB").shown("1KB")
			.effect((client) -> assertThat(client.live().calls().maxResponseSize()).isEqualTo(1024))
			.accepts("0B")
			.refuses("-1B", "much");
		row("drain.max-bytes", "1KB").shown("1KB")
			.effect((client) -> assertThat(client.live().pool().getSettings().getDrainMaxBytes()).isEqualTo(1024))
			.accepts("0B", "16MB")
			.refuses("-1B", "16777217B", "much");
		duration("drain.timeout", "0s", "-1",
				(client) -> TimeValue.of(client.live().pool().getSettings().getDrainTimeout()));
		row("redirect.sensitive-headers", "X-Own, X-Other").shown(List.of("X-Own", "X-Other"))
			.effect((client) -> assertThat(client.live().calls().sensitiveHeaders()).containsExactlyInAnyOrder(
					"Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "X-Auth-Token", "X-Own", "X-Other"))
			.refuses("X Own");
	}

	private void retryRows() {
		row("retry.stale-connection", "false").shown(false)
			.effect((client) -> assertThat(retry(client).staleConnection()).isFalse())
			.refuses("perhaps");
		row("retry.max-retries", "3").shown(3)
			.effect((client) -> assertThat(retry(client).maxRetries()).isEqualTo(3))
			.accepts("0", "100")
			.refuses("-1", "101", "many");
		duration("retry.delay", "0s", "-1", (client) -> TimeValue.of(retry(client).delay()));
		duration("retry.max-delay", "0s", "-1", (client) -> TimeValue.of(retry(client).maxDelay()));
		row("retry.multiplier", "1.5").shown(1.5)
			.effect((client) -> assertThat(retry(client).multiplier()).isEqualTo(1.5))
			.accepts("1.0", "100.0")
			.refuses("0.9", "100.1", "much");
		row("retry.methods", "GET, PATCH").shown(List.of("GET", "PATCH"))
			.effect((client) -> assertThat(retry(client).methods()).containsExactlyInAnyOrder("GET", "PATCH"))
			.refuses("GET POST");
		row("retry.statuses", "500, 503").shown(List.of(500, 503))
			.effect((client) -> assertThat(retry(client).statuses()).containsExactlyInAnyOrder(500, 503))
			.refuses("399", "600", "500, 600", "many");
		duration("retry.max-retry-after", "0s", "-1", (client) -> TimeValue.of(retry(client).maxRetryAfter()));
		row("retry.budget", "0.5").shown(0.5)
			.effect((client) -> assertThat(retry(client).budget()).isEqualTo(0.5))
			.accepts("0.0", "100.0")
			.refuses("-0.1", "100.1", "much");
	}

	private void egressRows() {
		String[] noRules = { "10.0.0.1/8", "ftp://a.example", "a b", "a.*.example", "https://u:p@a.example",
				"a.example/x", "a.example:0", "1.2.3" };
		row("egress.allow", "*.example.com, fd00::/8").shown(List.of("*.example.com", "fd00::/8"))
			.effect((client) -> assertThat(denied(client, this.server.url("/x"))).isEqualTo(Reason.NO_ALLOW_RULE))
			.refuses(noRules);
		row("egress.deny", "http://127.0.0.0/8").shown(List.of("http://127.0.0.0/8"))
			.effect((client) -> assertThat(denied(client, this.server.url("/x"))).isEqualTo(Reason.DENY_RULE))
			.refuses(noRules);
		row("egress.mode", "report").with("egress.deny=127.0.0.0/8").effect((client) -> {
			assertThat(client.get(this.server.url("/x")).getBody()).isEqualTo("ok");
			assertThat(client.snapshot().calls().egressDenied()).containsEntry(EgressMode.REPORT, 1L);
		}).refuses("sometimes");
		row("egress.unresolvable", "allow").with("egress.deny=10.0.0.0/8")
			.with("proxy.host=" + this.proxy.host())
			.with("proxy.port=" + this.proxy.port())
			.effect(this::throughProxy)
			.refuses("sometimes");
	}

	private static @Nullable Reason denied(LiveClientView client, String url) {
		Throwable thrown = catchThrowable(() -> client.get(url));
		return (thrown.getCause() instanceof EgressDeniedException denied) ? denied.getReason() : null;
	}

	private static RetrySettings retry(LiveClientView client) {
		return client.live().calls().retry();
	}

	private static LeakDetection leakDetection(LiveClientView client) {
		return client.live().pool().getSettings().getLeakDetection();
	}

	private void timeRows() {
		row("pool.time-to-live-jitter", "0.25").shown(0.25)
			.effect((client) -> assertThat(client.live().pool().getSettings().getTimeToLiveJitter()).isEqualTo(0.25))
			.accepts("0.0", "0.9")
			.refuses("-0.1", "0.91", "much");
		duration("connect-timeout", "1ms", "0", (client) -> client.connectionConfig().getConnectTimeout());
		duration("read-timeout", "1ms", "0", (client) -> client.requestConfig().getResponseTimeout());
		duration("pool.acquire-timeout", "1ms", "0", (client) -> client.requestConfig().getConnectionRequestTimeout());
		duration("pool.time-to-live", "0s", "-1", (client) -> client.connectionConfig().getTimeToLive());
		duration("pool.idle-timeout", "0s", "-1", (client) -> {
			assertThat(client.live().pool().getSettings().getIdleTimeout()).isEqualTo(Duration.ofMillis(4321));
			return client.connectionConfig().getIdleTimeout();
		});
		duration("pool.validate-after-inactivity", "0s", "-1",
				(client) -> client.connectionConfig().getValidateAfterInactivity());
		duration("pool.evict-interval", "10ms", "9ms",
				(client) -> TimeValue.of(client.live().pool().getSettings().getEvictInterval()));
	}

	private void duration(String key, String lowest, String tooLow,
			Function<LiveClientView, @Nullable TimeValue> reading) {
		row(key, "4321ms").effect((client) -> {
			TimeValue value = reading.apply(client);
			assertThat(value).isNotNull();
			assertThat(value.toDuration()).isEqualTo(Duration.ofMillis(4321));
		}).accepts(lowest, LONGEST).refuses(tooLow, "-1", TOO_LONG, "soon");
	}

	private RecordedRequest recorded(LiveClientView client, String uri) {
		int before = this.server.requests().size();
		client.get(uri);
		return this.server.awaitRequests(before + 1).get(before);
	}

	private void throughProxy(LiveClientView client) {
		int before = this.proxy.targets().size();
		client.get(SHOP + "/" + client.name());
		assertThat(this.proxy.targets()).hasSize(before + 1).last().isEqualTo(SHOP + "/" + client.name());
	}

	private void authorized(LiveClientView client) {
		assertThat(client.get(SHOP + "/x").getBody()).isEqualTo("ok");
		assertThat(this.guardedProxy.requests()).last().matches(TestProxyServer.ProxyRequest::authorized);
	}

	/**
	 * Return how much of a request of 3000 bytes is written at once.
	 */
	static int firstPiece(LiveClientView client) {
		try (TlsRecordServer records = new TlsRecordServer()) {
			client.clients()
				.restClient(client.name())
				.get()
				.uri(records.url())
				.header("X-Padding", "x".repeat(3000))
				.retrieve()
				.toBodilessEntity();
			return records.firstPiece();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void notPartOfHealth(LiveClientView client) {
		PoolSnapshot open = client.snapshot();
		assertThat(open.name()).isEqualTo(client.name());
		List<String> names = new ArrayList<>();
		new OutboundHttpHealthContributor(client.clients(), HealthRules.DEFAULT).stream()
			.map(HealthContributors.Entry::name)
			.forEach(names::add);
		assertThat(names).doesNotContain(client.name());
	}

	@Override
	public void close() {
		this.guardedProxy.close();
		this.proxy.close();
		this.tlsServer.close();
		this.server.close();
	}

}
