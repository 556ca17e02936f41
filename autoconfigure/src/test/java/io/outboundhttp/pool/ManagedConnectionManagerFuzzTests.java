package io.outboundhttp.pool;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * Takes many random steps through a {@link ManagedConnectionManager}, all on one thread,
 * with a clock that is turned by hand and without a network. After each step everything
 * that must hold is looked at. Whatever goes wrong can be repeated from its seed. The
 * system property {@code outboundhttp.soak} tells how many random seeds to add.
 */
@Timeout(900)
class ManagedConnectionManagerFuzzTests {

	private static final int STEPS = 100_000;

	private static final int STEPS_SHOWN = 40;

	private final LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());

	static LongStream seeds() {
		LongStream random = ThreadLocalRandom.current().longs(Long.getLong("outboundhttp.soak", 0));
		return LongStream.concat(LongStream.rangeClosed(1, 5), random);
	}

	@BeforeEach
	void silence() {
		this.logging.setLogLevel(PooledConnection.class.getName(), LogLevel.OFF);
	}

	@AfterEach
	void unsilence() {
		this.logging.setLogLevel(PooledConnection.class.getName(), null);
	}

	@ParameterizedTest(name = "seed {0}")
	@MethodSource("seeds")
	void everythingHoldsAfterEachStep(long seed) {
		Random random = new Random(seed);
		FuzzedPool fuzzed = new FuzzedPool();
		FuzzSteps taken = new FuzzSteps(fuzzed, random);
		Deque<String> steps = new ArrayDeque<>();
		try {
			for (int i = 0; i < STEPS; i++) {
				steps.addLast(i + ": " + taken.step());
				if (steps.size() > STEPS_SHOWN) {
					steps.removeFirst();
				}
				fuzzed.verify();
			}
			fuzzed.close();
		}
		catch (Exception | AssertionError ex) {
			throw new AssertionError("Seed " + seed + " fails after the steps\n" + String.join("\n", steps), ex);
		}
	}

}
