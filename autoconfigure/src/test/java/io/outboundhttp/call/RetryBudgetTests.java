package io.outboundhttp.call;

import java.time.Duration;

import io.outboundhttp.FakeTimeSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RetryBudget}.
 */
class RetryBudgetTests {

	private static final int FREE = 30;

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private RetryBudget budget(@Nullable Double share) {
		return new RetryBudget(share, this.time);
	}

	private static int takeAll(RetryBudget budget) {
		int taken = 0;
		while (budget.tryRetry()) {
			taken++;
		}
		return taken;
	}

	private static void call(RetryBudget budget, int times) {
		for (int i = 0; i < times; i++) {
			budget.called();
		}
	}

	@Test
	void withoutCallsThereAreThreePerSecondOfTheWindow() {
		assertThat(takeAll(budget(0.2))).isEqualTo(FREE);
	}

	@ParameterizedTest
	@ValueSource(doubles = { 0.01, 0.2, 1, 2.5 })
	void shareOfTheCallsIsAdded(double share) {
		RetryBudget budget = budget(share);
		call(budget, 1000);
		assertThat(takeAll(budget)).isEqualTo((int) (share * 1000) + FREE);
		assertThat(budget.tryRetry()).isFalse();
	}

	@Test
	void callsAndRetriesOfTheLastTenSecondsCount() {
		RetryBudget budget = budget(0.5);
		call(budget, 100);
		assertThat(takeAll(budget)).isEqualTo(50 + FREE);
		this.time.advance(Duration.ofMillis(9_999));
		assertThat(budget.tryRetry()).isFalse();
		this.time.advance(Duration.ofMillis(1));
		assertThat(takeAll(budget)).isEqualTo(FREE);
	}

	@Test
	void secondsLeaveTheWindowOneByOne() {
		RetryBudget budget = budget(1.0);
		for (int i = 0; i < 10; i++) {
			call(budget, 10);
			this.time.advance(Duration.ofSeconds(1));
		}
		// the first second has just left
		assertThat(takeAll(budget)).isEqualTo(90 + FREE);
		this.time.advance(Duration.ofSeconds(9));
		assertThat(budget.tryRetry()).isFalse();
		this.time.advance(Duration.ofSeconds(1));
		assertThat(takeAll(budget)).isEqualTo(FREE);
	}

	@Test
	void longPauseForgetsEverything() {
		RetryBudget budget = budget(0.5);
		call(budget, 1000);
		takeAll(budget);
		this.time.advance(Duration.ofDays(20_000));
		assertThat(takeAll(budget)).isEqualTo(FREE);
	}

	@Test
	void refusedRetriesAreNotCharged() {
		RetryBudget budget = budget(0.2);
		takeAll(budget);
		for (int i = 0; i < 100; i++) {
			assertThat(budget.tryRetry()).isFalse();
		}
		call(budget, 5);
		assertThat(takeAll(budget)).isEqualTo(1);
	}

	@Test
	void withoutShareThereIsNoEnd() {
		RetryBudget budget = budget(null);
		for (int i = 0; i < 10_000; i++) {
			assertThat(budget.tryRetry()).isTrue();
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3 })
	@DisplayName("R1 200 calls a second for 30 s that all fail are at most 1.25 requests each, whatever max-retries is")
	void stormIsBounded(int maxRetries) {
		assertThat(requestsPerCall(budget(0.2), maxRetries)).isBetween(1.15, 1.25);
	}

	@Test
	@DisplayName("R1 control: without a budget they are four")
	void stormWithoutBudget() {
		assertThat(requestsPerCall(budget(null), 3)).isEqualTo(4);
	}

	private double requestsPerCall(RetryBudget budget, int maxRetries) {
		int calls = 200 * 30;
		int requests = 0;
		for (int i = 0; i < calls; i++) {
			budget.called();
			requests++;
			for (int retry = 0; retry < maxRetries && budget.tryRetry(); retry++) {
				requests++;
			}
			this.time.advance(Duration.ofMillis(5));
		}
		return (double) requests / calls;
	}

	@Test
	void clientsHaveBudgetsOfTheirOwn() {
		RetryBudgets budgets = new RetryBudgets(this.time);
		assertThat(takeAll(budgets.of("a", 0.2))).isEqualTo(FREE);
		assertThat(budgets.of("a", 0.2)).isSameAs(budgets.of("a", 0.2));
		assertThat(takeAll(budgets.of("b", 0.2))).isEqualTo(FREE);
	}

}
