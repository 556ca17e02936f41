package io.outboundhttp.pool;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.outboundhttp.CallPhase;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures what a {@code call-timeout} costs: what each call pays for its deadline, and
 * one look of the clock's thread at the deadlines of all calls under way.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class CallDeadlineBenchmark {

	private static final Duration LIMIT = Duration.ofSeconds(2);

	private static final Duration NEVER = Duration.ofHours(1);

	/** Number of other calls that are under way. */
	@Param({ "0", "200" })
	public int others;

	private @Nullable ConnectionPools pools;

	private @Nullable ConnectionPool pool;

	/**
	 * Begin the other calls.
	 */
	@Setup
	public void begin() {
		ConnectionPools pools = new ConnectionPools(TimeSource.system(), List.of());
		ConnectionPool pool = pools.open("benchmark", PoolSettings.builder().build(),
				new PoolingHttpClientConnectionManager());
		for (int i = 0; i < this.others; i++) {
			new CallDeadline(pool, "GET /", NEVER).enter(CallPhase.HEAD);
		}
		this.pools = pools;
		this.pool = pool;
	}

	/**
	 * Begin a call, go through the phases of one on an open connection, and end it.
	 * @return the nanoseconds that were left
	 */
	@Benchmark
	public long call() {
		CallDeadline deadline = new CallDeadline(Objects.requireNonNull(this.pool), "GET /", LIMIT);
		deadline.enter(CallPhase.ACQUIRE);
		deadline.enter(CallPhase.HEAD);
		deadline.enter(CallPhase.BODY);
		long remaining = deadline.remainingNanos();
		deadline.end();
		return remaining;
	}

	/**
	 * Look at all calls, as the clock's thread does when one may be overdue.
	 * @return nanoseconds until the next look
	 */
	@Benchmark
	public long look() {
		return Objects.requireNonNull(this.pools).endOverdue(System.nanoTime());
	}

	/**
	 * End everything.
	 */
	@TearDown
	public void close() {
		Objects.requireNonNull(this.pools).close();
	}

}
