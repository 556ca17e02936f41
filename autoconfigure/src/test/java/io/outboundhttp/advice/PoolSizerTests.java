package io.outboundhttp.advice;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

import io.outboundhttp.advice.Sizing.Confidence;
import io.outboundhttp.pool.PoolLimits;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.pool.PoolUsage;
import io.outboundhttp.pool.PoolUsage.Demand;
import io.outboundhttp.pool.PoolUsage.Distribution;
import io.outboundhttp.pool.PoolUsage.Wanted;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PoolSizer}.
 */
class PoolSizerTests {

	private static final PoolSnapshot.Leaks NO_LEAKS = new PoolSnapshot.Leaks(0, 0, 0, 0, 0, 0);

	private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

	private static Sizing size(Demand demand, int maxPerRoute, int maxTotal) {
		return size(demand, snapshot("a", maxPerRoute, maxTotal, maxPerRoute, 1, NO_LEAKS), demand.meanHoldMillis());
	}

	private static Sizing size(Demand demand, PoolSnapshot pool, double usualHoldMillis) {
		Distribution holds = new Distribution(demand.arrivals(), 0, usualHoldMillis, 0, 0, demand.meanHoldMillis());
		PoolUsage usage = new PoolUsage(new Distribution(0, 0, 0, 0, 0, 0), holds, demand);
		return Objects.requireNonNull(PoolSizer.size(usage, pool, new PoolLimits(pool.maxTotal(), pool.maxPerRoute())));
	}

	private static PoolSnapshot snapshot(String name, int maxPerRoute, int maxTotal, int maxOfRoute, int routes,
			PoolSnapshot.Leaks leaks) {
		List<PoolSnapshot.Route> rows = IntStream.range(0, routes)
			.mapToObj((i) -> new PoolSnapshot.Route("https://" + (char) ('a' + i) + ".test:443", "", 0, 0, 0, 0, 0,
					maxOfRoute, null))
			.toList();
		return new PoolSnapshot(name, 0, 0, 0, 0, 0, maxTotal, maxPerRoute, rows, List.of(), leaks, List.of(),
				new PoolSnapshot.Connections(0, Map.of(), 0, 0, 0),
				new PoolSnapshot.Calls(Map.of(), Map.of(), Map.of(), Map.of()));
	}

	/**
	 * Demand of callers that come at random and need not wait.
	 */
	private static Demand relaxed(long arrivals, double perSecond, double holdMillis, Wanted wanted) {
		return new Demand(TEN_MINUTES, arrivals, 0, 0, perSecond, holdMillis, perSecond * holdMillis / 1000, wanted, 1,
				wanted);
	}

	@Test
	void tooFewCallsSayNothing() {
		Demand demand = relaxed(19, 1, 80, new Wanted(1, 1, 1));
		assertThat(PoolSizer.size(
				new PoolUsage(new Distribution(0, 0, 0, 0, 0, 0), new Distribution(0, 0, 0, 0, 0, 0), demand),
				snapshot("a", 50, 500, 50, 1, NO_LEAKS), new PoolLimits(500, 50)))
			.isNull();
	}

	@Test
	void callersThatNeverWaitNeedWhatLittlesLawSays() {
		Sizing sizing = size(relaxed(60_000, 100, 80, new Wanted(12, 13, 15)), 50, 500);
		assertThat(sizing.needed()).isEqualTo(8);
		assertThat(sizing.recommended()).isEqualTo(14).isEqualTo(sizing.needed() + sizing.headroom());
		assertThat(sizing.confidence()).isEqualTo(Confidence.HIGH);
		assertThat(sizing.saturated()).isFalse();
		assertThat(sizing.yaml()).isNull();
		assertThat(sizing.concurrency()).isEqualTo(new Sizing.Concurrency(8, 12, 13, 15));
		assertThat(sizing.basis()).isEqualTo(
				"100.0 calls per second times 80 ms make 8.0 connections in use. Seen: 60000 calls in 600 s of the "
						+ "last ten minutes. The limit of 50 could be lower, if this is as busy as it gets.");
	}

	@Test
	void burstsThatWereSeenAreHeadroom() {
		Sizing sizing = size(relaxed(60_000, 100, 80, new Wanted(20, 31, 40)), 50, 500);
		assertThat(sizing.needed()).isEqualTo(8);
		assertThat(sizing.recommended()).isEqualTo(31);
	}

	@Test
	void limitThatIsJustEnoughIsRaisedToHaveHeadroom() {
		Sizing sizing = size(relaxed(60_000, 100, 80, new Wanted(10, 10, 10)), 10, 100);
		assertThat(sizing.yaml()).isEqualTo("""
				outbound-http:
				  clients:
				    a:
				      pool:
				        max-per-route: 14""");
	}

	@Test
	void callersThatComeAgainOnlyWhenTheyWereServedAreCountedByHead() {
		Demand demand = new Demand(TEN_MINUTES, 15_000, 14_000, 0, 25, 200, 5, new Wanted(50, 50, 50), 1,
				new Wanted(50, 50, 50));
		Sizing sizing = size(demand, 5, 50);
		assertThat(sizing.needed()).isEqualTo(50);
		assertThat(sizing.recommended()).isEqualTo(65);
		assertThat(sizing.saturated()).isTrue();
		assertThat(sizing.confidence()).isEqualTo(Confidence.MEDIUM);
		assertThat(sizing.yaml()).isEqualTo("""
				outbound-http:
				  clients:
				    a:
				      pool:
				        max-per-route: 65
				        max-total: 65""");
	}

	@Test
	void backlogOfCallersThatKeepComingIsNotWhatHasToBeServedAtOnce() {
		Demand demand = new Demand(TEN_MINUTES, 120_000, 110_000, 60_000, 200, 100, 10, new Wanted(310, 310, 310), 1,
				new Wanted(310, 310, 310));
		Sizing sizing = size(demand, 10, 100);
		assertThat(sizing.needed()).isEqualTo(20);
		assertThat(sizing.recommended()).isEqualTo(29);
		assertThat(sizing.basis()).startsWith(
				"110000 of 120000 callers had to wait, 60000 got no connection. 200.0 calls per second times 100 ms would "
						+ "keep 20.0 connections in use.");
	}

	@Test
	void aFewWaitsAmongManyCallsAreNoSaturation() {
		Demand demand = new Demand(TEN_MINUTES, 60_000, 50, 0, 100, 80, 8, new Wanted(9, 10, 12), 1,
				new Wanted(9, 10, 12));
		assertThat(size(demand, 10, 100).saturated()).isFalse();
	}

	@Test
	void leakedConnectionsAreNotNeeded() {
		PoolSnapshot pool = snapshot("a", 50, 500, 50, 1, new PoolSnapshot.Leaks(4, 2, 4, 2, 0, 0));
		Sizing sizing = size(relaxed(60_000, 100, 140, new Wanted(14, 14, 14)), pool, 140);
		assertThat(sizing.needed()).isEqualTo(8);
		assertThat(sizing.confidence()).isEqualTo(Confidence.LOW);
		assertThat(sizing.basis()).contains("6 leaked connections are not counted");
	}

	@Test
	void stallOfTheServerIsNoReasonToTrust() {
		Sizing sizing = size(relaxed(60_000, 100, 1000, new Wanted(100, 100, 100)),
				snapshot("a", 500, 500, 500, 1, NO_LEAKS), 80);
		assertThat(sizing.confidence()).isEqualTo(Confidence.LOW);
		assertThat(sizing.basis())
			.contains("Calls took much longer than usual then, when nine of ten took at most 80 ms");
	}

	@Test
	void busiestOfSeveralRoutesSizesTheRoute() {
		Wanted total = new Wanted(20, 22, 25);
		Demand demand = new Demand(TEN_MINUTES, 60_000, 0, 0, 100, 160, 16, total, 3, new Wanted(10, 12, 14));
		Sizing sizing = size(demand, snapshot("a", 10, 20, 10, 3, NO_LEAKS), 160);
		assertThat(sizing.needed()).isEqualTo(16);
		assertThat(sizing.yaml()).contains("max-per-route: 14", "max-total: 24");
		assertThat(sizing.basis()).contains("Of 3 routes, the busiest wanted up to 10");
	}

	@Test
	void unknownBusiestRouteIsSaidToBeUnknown() {
		Demand demand = new Demand(TEN_MINUTES, 60_000, 0, 0, 100, 160, 16, new Wanted(20, 22, 25), 40, Wanted.NONE);
		Sizing sizing = size(demand, snapshot("a", 5, 20, 5, 20, NO_LEAKS), 160);
		assertThat(sizing.yaml()).contains("max-total: 24").doesNotContain("max-per-route");
		assertThat(sizing.basis()).contains("With 40 routes, what the busiest of them needs is not known");
	}

	@Test
	void routeWithALimitOfItsOwnIsRaisedThere() {
		Sizing sizing = size(relaxed(60_000, 100, 80, new Wanted(8, 8, 8)), snapshot("a", 50, 500, 8, 1, NO_LEAKS), 80);
		assertThat(sizing.yaml()).isEqualTo("""
				outbound-http:
				  clients:
				    a:
				      pool:
				        max-per-route-overrides:
				          "[https://a.test:443]": 14""");
	}

	@Test
	void nothingAboveTheHighestLimitIsRecommended() {
		Sizing sizing = size(relaxed(60_000_000, 100_000, 500, new Wanted(60_000, 60_000, 60_000)), 50, 500);
		assertThat(sizing.needed()).isEqualTo(10_000);
		assertThat(sizing.recommended()).isEqualTo(10_000);
		assertThat(sizing.headroom()).isZero();
	}

	@Test
	void namesAreWrittenAsYamlNeedsThem() {
		Demand demand = relaxed(60_000, 100, 80, new Wanted(8, 8, 8));
		assertThat(yaml("default#2", demand)).contains("\n    default:\n");
		assertThat(yaml("pay.v2", demand)).contains("\n    \"[pay.v2]\":\n");
		assertThat(yaml("paymentApi", demand)).contains("\n    \"[paymentApi]\":\n");
		assertThat(yaml("on", demand)).contains("\n    \"on\":\n");
	}

	private static String yaml(String pool, Demand demand) {
		return String.valueOf(size(demand, snapshot(pool, 5, 50, 5, 1, NO_LEAKS), 80).yaml());
	}

}
