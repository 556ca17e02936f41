package io.outboundhttp.pool;

import java.time.Duration;
import java.util.List;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.GarbageCollection;
import io.outboundhttp.LeakReport;
import io.outboundhttp.LeaseSnapshot;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.RecordedLeaks;
import io.outboundhttp.pool.LeakDetection.Reclaim;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LeakLogLimit} and the log that it limits.
 */
@ExtendWith(OutputCaptureExtension.class)
class LeakLogLimitTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private final LeakLogLimit limit = new LeakLogLimit();

	@Test
	@DisplayName("L1 a flood of leaks is one line a minute with a count, and still one event each")
	void floodIsOneLineAMinute(CapturedOutput output) throws Exception {
		this.leaks.expectWarning("a response was dropped without being closed");
		RecordedLeaks recorded = new RecordedLeaks();
		ConnectionPools pools = this.leaks.watch(PoolFixture.pools(this.time, new LoggingPoolListener(), recorded));
		ConnectionPool pool = LeakFixture.open(pools, LeakFixture.reclaiming(Reclaim.ABANDONED), 20);
		try (TestHttpServer server = TestHttpServer.start();
				CloseableHttpClient client = PoolFixture.client(pools, pool)) {
			for (int i = 0; i < 2; i++) {
				LeakFixture.leak(client, server.url(), 20);
				int found = (i + 1) * 20;
				GarbageCollection.until(() -> assertThat(recorded.reports()).hasSize(found));
				this.time.advance(MINUTE);
			}
		}
		List<String> lines = LeakFixture.lines(output, "a response was dropped without being closed");
		assertThat(lines).hasSize(2).allSatisfy((line) -> assertThat(line).contains(" WARN "));
		assertThat(lines.get(0)).doesNotContain("more like it");
		assertThat(lines.get(1)).contains("; 19 more like it since the last line");
		assertThat(pool.snapshot().leaks().abandonedTotal()).isEqualTo(40);
	}

	@Test
	void lineThatLooksTheSameIsAdmittedAfterAMinuteWithTheCount() {
		assertThat(admit(report("a", "/x", "one"))).isZero();
		this.time.advance(MINUTE.minusNanos(1));
		assertThat(admit(report("a", "/x", "one"))).isNegative();
		assertThat(admit(report("a", "/x", "one"))).isNegative();
		this.time.advance(Duration.ofNanos(1));
		assertThat(admit(report("a", "/x", "one"))).isEqualTo(2);
		assertThat(admit(report("a", "/x", "one"))).isNegative();
	}

	@Test
	void lineThatLooksDifferentIsAdmittedAtOnce() {
		LeakReport first = report("a", "/x", "one");
		assertThat(admit(first)).isZero();
		assertThat(admit(report("b", "/x", "one"))).as("client").isZero();
		assertThat(admit(report("a", "/y", "one"))).as("template").isZero();
		assertThat(admit(report("a", "/x", "two"))).as("stack").isZero();
		assertThat(admit(new LeakReport(LeakReport.Kind.ABANDONED, first.lease(), false, List.of()))).as("kind")
			.isZero();
		assertThat(admit(new LeakReport(first.kind(), first.lease(), true, List.of()))).as("taken back").isZero();
	}

	@Test
	void onlyTheLatestThousandLinesAreRemembered() {
		for (int i = 0; i < 1000; i++) {
			assertThat(admit(report("a", "/" + i, "one"))).isZero();
		}
		assertThat(admit(report("a", "/0", "one"))).as("not forgotten").isNegative();
		assertThat(admit(report("a", "/1000", "one"))).isZero();
		assertThat(admit(report("a", "/0", "one"))).as("used since").isNegative();
		assertThat(admit(report("a", "/1", "one"))).as("the one used least recently").isZero();
	}

	@Test
	void endOfASuspectedLeaseIsLoggedOnlyIfItsBeginningWas() {
		LeakReport report = report("a", "/x", "one");
		assertThat(this.limit.wasLogged(report.lease())).as("never reported").isFalse();
		admit(report);
		assertThat(this.limit.wasLogged(report.lease())).isTrue();
		assertThat(this.limit.wasLogged(report("a", "/y", "one").lease())).as("another one").isFalse();
		admit(report);
		assertThat(this.limit.wasLogged(report.lease())).as("some are left out").isFalse();
	}

	private long admit(LeakReport report) {
		return this.limit.admit(report, this.time.nanos());
	}

	private static LeakReport report(String client, String template, String method) {
		return new LeakReport(LeakReport.Kind.SUSPECTED,
				new LeaseSnapshot(client, "http://localhost:80", "GET", template, "main", 1, 1, false,
						LeaseSnapshot.Phase.RESPONSE_UNREAD, null,
						List.of(new StackTraceElement("com.example.Shop", method, "Shop.java", 1))),
				false, List.of());
	}

}
