package io.outboundhttp.advice;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.PoolSettings;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the size of a pool under a load whose need is known: real calls, at times
 * that a clock turned by hand gives them.
 */
class SteadyLoadSizingTests {

	private static final Duration BETWEEN_CALLS = Duration.ofMillis(10);

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private final ConnectionPools pools = this.leaks.watch(new ConnectionPools(this.time, List.of()));

	private final ConnectionPool pool = this.pools.open("a", PoolSettings.builder().build(),
			PoolingHttpClientConnectionManagerBuilder.create().setMaxConnPerRoute(50).setMaxConnTotal(500).build());

	@ParameterizedTest
	@ValueSource(ints = { 1, 8, 30 })
	@DisplayName("X9 a pool of 100 calls a second, 80 ms each, needs 8 connections; others what they need")
	void steadyLoadNeedsCallsPerSecondTimesTheirTime(int need) throws Exception {
		try (TestHttpServer server = TestHttpServer.start();
				CloseableHttpClient client = HttpClients.custom()
					.setConnectionManager(this.pools.connectionManager(() -> this.pool))
					.setConnectionManagerShared(true)
					.build()) {
			Deque<ClassicHttpResponse> open = new ArrayDeque<>();
			for (int call = 0; call < 1500; call++) {
				open.add(client.executeOpen(null, new HttpGet(server.url()), null));
				this.time.advance(BETWEEN_CALLS);
				if (open.size() == need) {
					EntityUtils.consume(open.remove().getEntity());
				}
				if (call % 100 == 0) {
					this.pool.usage();
				}
			}
			for (ClassicHttpResponse response : open) {
				EntityUtils.consume(response.getEntity());
			}
		}
		Sizing sizing = Objects
			.requireNonNull(PoolSizer.size(this.pool.usage(), this.pool.snapshot(), this.pool.getConfiguredLimits()));
		assertThat(sizing.needed()).isBetween(need - 2, need + 2);
		assertThat(sizing.recommended()).isGreaterThan(need).isLessThanOrEqualTo(need + 2 + 2 * need);
		assertThat(sizing.callsPerSecond()).isBetween(98.0, 102.0);
		assertThat(sizing.meanUsageMillis()).isBetween(need * 9.5, need * 10.5);
		assertThat(sizing.saturated()).isFalse();
		assertThat(sizing.yaml()).isNull();
	}

}
