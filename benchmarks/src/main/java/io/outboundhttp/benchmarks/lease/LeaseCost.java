package io.outboundhttp.benchmarks.lease;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.outboundhttp.benchmarks.lease.LeaseCostBenchmark.Subject;
import io.outboundhttp.benchmarks.load.Machine;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs {@link LeaseCostBenchmark} with several numbers of threads, routes and waiting
 * callers, and prints a table in Markdown.
 * <p>
 * Subjects take turns, a JVM of its own for each turn, each round beginning with the next
 * one. Figures are medians of the rounds; the ratio is the median of the ratios within a
 * round. Time is what a lease and its release take of the time of all threads together:
 * that between the ends of two of them. The average of each thread would tell more of the
 * scheduler than of the pool where threads outnumber processors.
 */
public final class LeaseCost {

	private static final int MAX_ROUNDS = 100;

	private static final int WAITERS = 10_000;

	private static final List<Subject> SUBJECTS = List.of(Subject.STRICT, Subject.MANAGED, Subject.METERED);

	private static final List<Case> CASES = List.of(new Case(1, 1, 0), new Case(8, 1, 0), new Case(64, 1, 0),
			new Case(1, 100, 0), new Case(8, 100, 0), new Case(64, 100, 0), new Case(1, 10_000, 0),
			new Case(8, 10_000, 0), new Case(64, 10_000, 0), new Case(1, 1, WAITERS), new Case(8, 1, WAITERS));

	private LeaseCost() {
	}

	/**
	 * Run the benchmark.
	 * @param args number of rounds
	 * @throws RunnerException if a turn fails
	 */
	public static void main(String[] args) throws RunnerException {
		int rounds = Integer.parseInt(args[0]);
		if (rounds < 1 || rounds > MAX_ROUNDS) {
			throw new IllegalArgumentException("rounds: %d (expected: 1 to %d)".formatted(rounds, MAX_ROUNDS));
		}
		System.out.printf("Lease and release: %d rounds, %s%n%n", rounds, Machine.describe());
		System.out.print("""
				| threads / routes / waiting elsewhere | | ns | B | ns to strict |
				|---|---|---:|---:|---:|
				""");
		for (Case each : CASES) {
			print(each, measure(each, rounds));
		}
	}

	private static Map<Subject, List<Turn>> measure(Case each, int rounds) throws RunnerException {
		Map<Subject, List<Turn>> turns = new TreeMap<>();
		for (int round = 0; round < rounds; round++) {
			for (int i = 0; i < SUBJECTS.size(); i++) {
				Subject subject = SUBJECTS.get((round + i) % SUBJECTS.size());
				turns.computeIfAbsent(subject, (key) -> new ArrayList<>()).add(turn(each, subject));
			}
		}
		return turns;
	}

	private static Turn turn(Case each, Subject subject) throws RunnerException {
		Options options = new OptionsBuilder().include(LeaseCostBenchmark.class.getName())
			.param("subject", subject.name())
			.param("routes", String.valueOf(each.routes()))
			.param("waiters", String.valueOf(each.waiters()))
			.threads(each.threads())
			.forks(1)
			.shouldFailOnError(true)
			.addProfiler(GCProfiler.class)
			.verbosity(VerboseMode.SILENT)
			.build();
		RunResult result = new Runner(options).runSingle();
		return new Turn(1 / result.getPrimaryResult().getScore(),
				Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm")).getScore());
	}

	private static void print(Case each, Map<Subject, List<Turn>> turns) {
		List<Turn> strict = turns.getOrDefault(Subject.STRICT, List.of());
		for (Subject subject : SUBJECTS) {
			List<Turn> measured = turns.getOrDefault(subject, List.of());
			double[] ratios = new double[measured.size()];
			for (int round = 0; round < ratios.length; round++) {
				ratios[round] = measured.get(round).nanos() / strict.get(round).nanos();
			}
			System.out.printf(Locale.ROOT, "| %s | %s | %,.0f | %,.0f | %.2g |%n", each, subject.description(),
					median(measured.stream().mapToDouble(Turn::nanos).toArray()),
					median(measured.stream().mapToDouble(Turn::bytes).toArray()), median(ratios));
		}
	}

	private static double median(double[] values) {
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		int middle = sorted.length / 2;
		return (sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
	}

	/**
	 * How many threads lease connections of how many routes, while how many callers wait
	 * on another one.
	 */
	private record Case(int threads, int routes, int waiters) {

		@Override
		public String toString() {
			return String.format(Locale.ROOT, "%d / %,d / %,d", this.threads, this.routes, this.waiters);
		}

	}

	/**
	 * What was measured in one turn.
	 */
	private record Turn(double nanos, double bytes) {

	}

}
