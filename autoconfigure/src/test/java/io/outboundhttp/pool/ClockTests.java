package io.outboundhttp.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

import io.outboundhttp.PoolLeakExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Clock}.
 */
class ClockTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final List<Long> wakes = new ArrayList<>();

	private final Clock clock = new Clock(this.wakes::add);

	private final List<Long> looks = new ArrayList<>();

	@Test
	void withoutTasksNothingIsDue() {
		assertThat(this.clock.tick(5)).isEqualTo(Long.MAX_VALUE);
		assertThat(this.wakes).isEmpty();
	}

	@Test
	void addAsksForALookWithinTheTimeOfTheTask() {
		this.clock.add(task((nowNanos) -> 30), 40);
		assertThat(this.wakes).containsExactly(40L);
	}

	@Test
	void theEarliestTaskTellsWhenTheNextLookIsDue() {
		this.clock.add(task((nowNanos) -> 30), 40);
		this.clock.add(task((nowNanos) -> 10), 40);
		this.clock.add(task((nowNanos) -> 20), 40);
		assertThat(this.clock.tick(7)).isEqualTo(10);
		assertThat(this.looks).containsExactly(7L, 7L, 7L);
	}

	@Test
	void aTaskThatIsDoneIsForgotten() {
		this.clock.add(task((nowNanos) -> Long.MAX_VALUE), 40);
		assertThat(this.clock.tick(7)).isEqualTo(Long.MAX_VALUE);
		this.clock.tick(8);
		assertThat(this.looks).containsExactly(7L);
	}

	@Test
	void aRemovedTaskIsNotLookedAt() {
		Clock.Task task = task((nowNanos) -> 30);
		this.clock.add(task, 40);
		this.clock.remove(task);
		assertThat(this.clock.tick(7)).isEqualTo(Long.MAX_VALUE);
		assertThat(this.looks).isEmpty();
	}

	@Test
	void aTaskThatIsAddedTwiceIsLookedAtOnce() {
		Clock.Task task = task((nowNanos) -> 30);
		this.clock.add(task, 40);
		this.clock.add(task, 20);
		this.clock.tick(7);
		assertThat(this.looks).containsExactly(7L);
		assertThat(this.wakes).containsExactly(40L, 20L);
	}

	@Test
	void aTaskThatFailsIsForgottenAndDoesNotHarmOthers() {
		this.leaks.expectWarning("broken");
		for (int i = 0; i < 10; i++) {
			this.clock.add(task((nowNanos) -> 30), 40);
		}
		this.clock.add(task((nowNanos) -> {
			throw new IllegalStateException("broken");
		}), 40);
		assertThat(this.clock.tick(7)).isEqualTo(30);
		assertThat(this.looks).hasSize(11);
		this.clock.tick(8);
		assertThat(this.looks).hasSize(21);
	}

	private Clock.Task task(LongUnaryOperator look) {
		return (nowNanos) -> {
			this.looks.add(nowNanos);
			return look.applyAsLong(nowNanos);
		};
	}

}
