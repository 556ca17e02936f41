package io.outboundhttp.faults;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.faults.Fault.Cell;
import io.outboundhttp.testsupport.SquidProxy;
import io.outboundhttp.testsupport.Threads;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the cells of a matrix, several at a time, each with clients and servers of its
 * own. Each is a test, which waits for its cell.
 */
final class FaultMatrix implements AutoCloseable {

	/** Longer than any cell takes, on a slow machine too. */
	private static final long LONGEST_CELL_SECONDS = 60;

	/** Longer than any call takes, and shorter than a client that is patient waits. */
	private static final long LONGEST_CALL_SECONDS = 10;

	private static final String LANE = "fault-lane-";

	private final Surroundings surroundings = new Surroundings();

	private final FaultContext context;

	private final BlockingQueue<Integer> lanes = new LinkedBlockingQueue<>(
			IntStream.range(0, FaultContext.LANES).boxed().toList());

	private final AtomicInteger threads = new AtomicInteger();

	private final ExecutorService executor = Executors.newFixedThreadPool(FaultContext.LANES,
			(work) -> new Thread(work, LANE + this.threads.incrementAndGet()));

	FaultMatrix(PoolLeakExtension leaks) {
		this(leaks, null);
	}

	/**
	 * Create a matrix.
	 * @param leaks what looks after its application
	 * @param squid proxy of {@link Profile#SQUID}, {@code null} if that is not used
	 */
	FaultMatrix(PoolLeakExtension leaks, @Nullable SquidProxy squid) {
		this.context = new FaultContext(leaks, this.surroundings, (squid != null) ? squid.port() : 1);
	}

	/**
	 * Start the cells of some faults.
	 * @param kind kind of the faults
	 * @param faults the faults
	 * @return the tests
	 */
	DynamicContainer tests(String kind, List<Fault> faults) {
		return DynamicContainer.dynamicContainer(kind, tests(faults));
	}

	/**
	 * Start the cells of some faults.
	 * @param faults the faults
	 * @return the tests of each
	 */
	Stream<DynamicContainer> tests(List<Fault> faults) {
		return faults.stream().map(this::tests).toList().stream();
	}

	private DynamicContainer tests(Fault fault) {
		List<DynamicTest> tests = fault.cells().map((cell) -> {
			Future<?> outcome = this.executor.submit(() -> outcome(cell));
			return DynamicTest.dynamicTest(cell.toString(), () -> FaultMatrix.await(outcome));
		}).toList();
		return DynamicContainer.dynamicContainer(fault.name(), tests);
	}

	private Void outcome(Cell cell) throws Exception {
		try {
			run(cell);
			return null;
		}
		catch (Exception | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void await(Future<?> outcome) throws Throwable {
		try {
			outcome.get(LONGEST_CELL_SECONDS, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw ex.getCause();
		}
	}

	private void run(Cell cell) throws Throwable {
		Fault fault = cell.fault();
		Integer lane = this.lanes.take();
		Client client = this.context.client(fault.profile(), lane);
		SwitchedProxy proxy = fault.profile().isProxied() ? this.context.proxy(lane) : null;
		try (Stage stage = new Stage(this.surroundings, cell.scheme(), cell.verb(), client, proxy)) {
			long leaks = client.pool().leaks();
			fault.setup().prepare(stage);
			if (fault.profile().isPrimed()) {
				stage.prime();
			}
			meet(cell, client, stage);
			stage.end();
			client.awaitNothingLeased();
			verifySent(cell, stage);
			for (int i = 0; i < 2; i++) {
				goOn(cell, client, stage);
			}
			verifySent(cell, stage);
			client.awaitNothingLeased();
			client.closeIdle();
			assertThat(client.pool().leaks()).as("leaks").isEqualTo(leaks);
			stage.awaitNoConnections();
			assertThat(Threads.names("outbound-http")).as("threads")
				.filteredOn((name) -> !name.startsWith("outbound-http-dns-"))
				.isSubsetOf("outbound-http-clock", "outbound-http-upkeep");
		}
		finally {
			this.lanes.add(lane);
		}
	}

	private static void meet(Cell cell, Client client, Stage stage) {
		long startNanos = System.nanoTime();
		cell.fault()
			.expectation(cell.verb())
			.verify(cell.api(), () -> cell.api().call(client, cell.verb(), stage.target(), stage.body()));
		assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos)).as("seconds")
			.isLessThan(LONGEST_CALL_SECONDS);
	}

	/**
	 * Verify how often the request was received. Who is in a hurry may have left before.
	 */
	private static void verifySent(Cell cell, Stage stage) {
		Expectation expectation = cell.fault().expectation(cell.verb());
		if (cell.fault().profile().isHasty() || expectation.isOpen()) {
			assertThat(stage.sent()).as("requests sent").isLessThanOrEqualTo(expectation.sent());
		}
		else {
			// a neighbour writes its log after its answer
			Waits.untilAsserted(() -> assertThat(stage.sent()).as("requests sent").isEqualTo(expectation.sent()));
		}
	}

	/**
	 * Make the next call. Who is in a hurry may have to do so again.
	 */
	private static void goOn(Cell cell, Client client, Stage stage) throws Throwable {
		ThrowingRunnable call = () -> assertThat(
				cell.api().call(client, cell.fault().next(cell.verb()), stage.next(), "{}"))
			.as("next answer")
			.isEqualTo(Answer.HEALTHY);
		if (cell.fault().profile().isHasty()) {
			Waits.untilInTime(call);
		}
		else {
			call.run();
		}
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
		Threads.awaitNone(LANE);
		this.context.close();
		this.surroundings.close();
	}

}
