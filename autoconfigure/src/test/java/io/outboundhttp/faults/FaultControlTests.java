package io.outboundhttp.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.outboundhttp.faults.Fault.Cell;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Control of the matrix: what some of its faults do to a RestClient on an HttpClient that
 * is built by hand.
 */
@Timeout(120)
class FaultControlTests {

	/** Faults that do damage whatever the machine. */
	private static final Map<String, Set<Damage>> EXPECTED = Map.ofEntries(
			entry("a name whose look-up hangs", EnumSet.of(Damage.HANGS, Damage.LEAKS)),
			entry("a server that does not read", EnumSet.of(Damage.HANGS, Damage.LEAKS)),
			entry("100 Continue without end", EnumSet.of(Damage.HANGS, Damage.LEAKS)),
			entry("early hints without end", EnumSet.of(Damage.HANGS, Damage.LEAKS)),
			entry("503 with a pause that is too long", EnumSet.of(Damage.HANGS)),
			entry("503", EnumSet.of(Damage.SENDS_TWICE)), entry("429 and a close", EnumSet.of(Damage.SENDS_TWICE)),
			entry("FIN after the status line", EnumSet.of(Damage.TAKES_IT_FOR_A_SUCCESS)),
			entry("FIN after a header", EnumSet.of(Damage.TAKES_IT_FOR_A_SUCCESS)),
			entry("304 of the proxy", EnumSet.of(Damage.LEAKS)),
			entry("a second response", EnumSet.of(Damage.MIXES_UP)),
			entry("a response that is split by a header", EnumSet.of(Damage.MIXES_UP)),
			entry("a body of a response without one", EnumSet.of(Damage.MIXES_UP)),
			entry("garbage after the last chunk", EnumSet.of(Damage.MIXES_UP)));

	/** Many times the timeouts of those who are in a hurry. */
	private static final Duration PATIENCE = Duration.ofSeconds(3);

	private final Surroundings surroundings = new Surroundings();

	private final ExecutorService cells = Executors.newFixedThreadPool(16);

	private final ExecutorService calls = Executors.newCachedThreadPool();

	private final Map<String, Set<Damage>> damages = new ConcurrentHashMap<>();

	@AfterEach
	void stop() {
		this.cells.shutdownNow();
		this.calls.shutdownNow();
		this.surroundings.close();
	}

	@Test
	@DisplayName("control: an HttpClient built by hand hangs, leaks, sends twice and mixes up answers")
	void httpClientBuiltByHandSuffers() throws Exception {
		List<Future<?>> outcomes = new ArrayList<>();
		FaultMatrixTests.faults()
			.values()
			.stream()
			.flatMap(List::stream)
			.filter((fault) -> EXPECTED.containsKey(fault.name()))
			.flatMap(Fault::cells)
			.filter((cell) -> cell.api() == Api.REST_CLIENT)
			.forEach((cell) -> outcomes.add(this.cells.submit(() -> run(cell))));
		for (Future<?> outcome : outcomes) {
			outcome.get();
		}
		assertThat(this.damages).containsOnlyKeys(EXPECTED.keySet());
		assertThat(this.damages).allSatisfy((fault, damages) -> assertThat(damages).containsAll(EXPECTED.get(fault)));
	}

	private Void run(Cell cell) throws Exception {
		Fault fault = cell.fault();
		SwitchedProxy proxy = fault.profile().isProxied() ? new SwitchedProxy() : null;
		try (PlainClient plain = new PlainClient(fault.profile(), this.surroundings, proxy);
				Stage stage = new Stage(this.surroundings, cell.scheme(), cell.verb(), plain.client(), proxy)) {
			fault.setup().prepare(stage);
			meet(cell, stage);
			stage.end();
			if (cell.verb() == Verb.POST && stage.sent() > 1) {
				suffer(cell, Damage.SENDS_TWICE);
			}
			if (plain.client().pool().leased() > 0) {
				suffer(cell, Damage.LEAKS);
			}
			goOn(cell, stage);
		}
		finally {
			if (proxy != null) {
				proxy.close();
			}
		}
		return null;
	}

	private void meet(Cell cell, Stage stage) throws Exception {
		Future<Answer> call = this.calls
			.submit(() -> cell.api().call(stage.client(), cell.verb(), stage.target(), stage.body()));
		try {
			call.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
			if (cell.fault().expectation(cell.verb()).answer() == null) {
				suffer(cell, Damage.TAKES_IT_FOR_A_SUCCESS);
			}
		}
		catch (ExecutionException ex) {
			// any exception will do
		}
		catch (TimeoutException ex) {
			suffer(cell, Damage.HANGS);
		}
	}

	private void goOn(Cell cell, Stage stage) throws Exception {
		Future<Answer> call = this.calls.submit(() -> cell.api().call(stage.client(), cell.verb(), stage.next(), "{}"));
		try {
			if (!call.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).equals(Answer.HEALTHY)) {
				suffer(cell, Damage.MIXES_UP);
			}
		}
		catch (ExecutionException | TimeoutException ex) {
			// has no patience either
		}
	}

	private void suffer(Cell cell, Damage damage) {
		this.damages.computeIfAbsent(cell.fault().name(), (name) -> ConcurrentHashMap.newKeySet()).add(damage);
	}

	/**
	 * What a fault does.
	 */
	enum Damage {

		/** The call does not end in time. */
		HANGS,

		/** A connection is not given back. */
		LEAKS,

		/** A POST is sent more than once. */
		SENDS_TWICE,

		/** The caller gets an answer although there is none. */
		TAKES_IT_FOR_A_SUCCESS,

		/** The next caller gets the answer to another request. */
		MIXES_UP

	}

}
