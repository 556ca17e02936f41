package io.outboundhttp.metrics;

import java.io.IOException;
import java.util.regex.Pattern;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.testsupport.TestHttpServer;
import io.prometheus.metrics.tracer.common.SpanContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the traces that buckets of our timers point to.
 */
@Timeout(60)
class ExemplarTests {

	private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

	private static final String SPAN = "00f067aa0ba902b7";

	private static final Pattern EXEMPLAR = Pattern
		.compile("(?m)^(outbound_http_\\w+)_bucket\\{.*} \\d+ # \\{span_id=\"" + SPAN + "\",trace_id=\"" + TRACE
				+ "\"} .*$");

	private static final String HISTOGRAM = "management.metrics.distribution.percentiles-histogram.";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final TestHttpServer server = TestHttpServer.start();

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	@DisplayName("O1 a bucket of a timer with a histogram points to the trace of the call that fell into it")
	void bucketPointsToATrace() throws IOException {
		String text = scrapeOpenMetrics(HISTOGRAM + "outbound.http=true");
		assertThat(EXEMPLAR.matcher(text).results().map((found) -> found.group(1)).distinct())
			.containsExactlyInAnyOrder("outbound_http_pool_acquire_seconds", "outbound_http_pool_usage_seconds",
					"outbound_http_connection_open_seconds");
	}

	@Test
	@DisplayName("O1 a single timer gets a histogram by its name")
	void singleTimerGetsAHistogram() throws IOException {
		String text = scrapeOpenMetrics(HISTOGRAM + "outbound.http.pool.acquire=true");
		assertThat(EXEMPLAR.matcher(text).results().map((found) -> found.group(1)).distinct())
			.containsExactly("outbound_http_pool_acquire_seconds");
		assertThat(text).doesNotContain("outbound_http_pool_usage_seconds_bucket");
	}

	private String scrapeOpenMetrics(String property) throws IOException {
		try (PrometheusApplication application = PrometheusApplication.start(this.leaks,
				(builder) -> builder.initializers(
						(context) -> context.getBeanFactory().registerSingleton("spanContext", new StubSpanContext())),
				property, "outbound-http.clients.a.base-url=" + this.server.url())) {
			application.client("a").get().uri("/").retrieve().toBodilessEntity();
			return application.scrapeOpenMetrics();
		}
	}

	/**
	 * The same span, on every thread and at all times.
	 */
	private static final class StubSpanContext implements SpanContext {

		@Override
		public String getCurrentTraceId() {
			return TRACE;
		}

		@Override
		public String getCurrentSpanId() {
			return SPAN;
		}

		@Override
		public boolean isCurrentSpanSampled() {
			return true;
		}

		@Override
		public void markCurrentSpanAsExemplar() {
		}

	}

}
