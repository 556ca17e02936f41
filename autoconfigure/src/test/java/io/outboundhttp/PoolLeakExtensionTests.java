package io.outboundhttp;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.PoolSettings;
import io.outboundhttp.pool.TimeSource;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PoolLeakExtension}.
 */
class PoolLeakExtensionTests {

	private final PoolLeakExtension extension = new PoolLeakExtension();

	@Test
	void leasedConnectionFailsTheTest() throws Exception {
		try (TestHttpServer server = TestHttpServer.start()) {
			ConnectionPools pools = this.extension.watch(new ConnectionPools(TimeSource.system(), List.of()));
			ConnectionPool pool = pools.open("a",
					PoolSettings.builder()
						.idleTimeout(Duration.ofSeconds(15))
						.evictInterval(Duration.ofSeconds(5))
						.build(),
					new PoolingHttpClientConnectionManager());
			try (CloseableHttpClient client = HttpClients.custom()
				.setConnectionManager(pools.connectionManager(() -> pool))
				.setConnectionManagerShared(true)
				.build(); ClassicHttpResponse response = client.executeOpen(null, new HttpGet(server.url()), null)) {
				assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.extension.verify())
					.withMessageContaining("leased=1");
				assertThat(response.getCode()).isEqualTo(200);
			}
		}
	}

	@Test
	void cleanTestPasses() {
		ConnectionPools pools = this.extension.watch(new ConnectionPools(TimeSource.system(), List.of()));
		pools.open("a",
				PoolSettings.builder().idleTimeout(Duration.ofSeconds(15)).evictInterval(Duration.ofSeconds(5)).build(),
				new PoolingHttpClientConnectionManager());
		this.extension.verify();
	}

}
