package io.outboundhttp.pool;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DemandWindow}.
 */
class DemandWindowTests {

	private final DemandWindow window = new DemandWindow();

	private void look(Duration time, int wanted, int wantedOfRoute) {
		this.window.add(new DemandWindow.Observation(time.toNanos(), 0, 0, 0, 0, 0, 0, wanted, wantedOfRoute));
	}

	@Test
	void readersThatLookOftenDoNotShortenWhatIsRemembered() {
		look(Duration.ofSeconds(1), 9, 7);
		for (int i = 1; i <= 3000; i++) {
			look(Duration.ofSeconds(1).plusMillis(100L * i), 1, 1);
		}
		PoolUsage.Demand demand = this.window.read(1);
		assertThat(demand.wanted()).isEqualTo(new PoolUsage.Wanted(1, 1, 9));
		assertThat(demand.wantedOfRoute()).isEqualTo(new PoolUsage.Wanted(1, 1, 7));
	}

	@Test
	void looksOfOneSecondAreOneWithTheMostOfThem() {
		look(Duration.ofMillis(1000), 2, 1);
		look(Duration.ofMillis(1400), 5, 1);
		look(Duration.ofMillis(1999), 3, 3);
		look(Duration.ofMillis(2000), 1, 1);
		PoolUsage.Demand demand = this.window.read(1);
		assertThat(demand.wanted()).isEqualTo(new PoolUsage.Wanted(5, 5, 5));
		assertThat(demand.wantedOfRoute()).isEqualTo(new PoolUsage.Wanted(3, 3, 3));
	}

}
