package io.outboundhttp.benchmarks.soak;

import java.util.Collection;

import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolSnapshot;

/**
 * Sums of what the pools tell.
 *
 * @param leased connections handed out to callers
 * @param available idle connections
 * @param pending callers that wait
 * @param leaking leases that are suspected or abandoned now
 * @param suspected leases that were ever suspected
 * @param abandoned leases that were ever found abandoned
 * @param reclaimed connections that were taken back
 * @param refused places that the referee had not
 */
record Totals(int leased, int available, int pending, int leaking, long suspected, long abandoned, long reclaimed,
		long refused) {

	private static final Totals NONE = new Totals(0, 0, 0, 0, 0, 0, 0, 0);

	static Totals of(Collection<ConnectionPool> pools) {
		return pools.stream().map(ConnectionPool::snapshot).map(Totals::of).reduce(NONE, Totals::plus);
	}

	private static Totals of(PoolSnapshot snapshot) {
		PoolSnapshot.Leaks leaks = snapshot.leaks();
		return new Totals(snapshot.leased(), snapshot.available(), snapshot.pending(),
				leaks.suspected() + leaks.abandoned(), leaks.suspectedTotal(), leaks.abandonedTotal(),
				leaks.reclaimedTotal(), snapshot.connections().refused());
	}

	private Totals plus(Totals other) {
		return new Totals(this.leased + other.leased, this.available + other.available, this.pending + other.pending,
				this.leaking + other.leaking, this.suspected + other.suspected, this.abandoned + other.abandoned,
				this.reclaimed + other.reclaimed, this.refused + other.refused);
	}

	/**
	 * Return whether nobody has a connection or waits for one.
	 */
	boolean isQuiet() {
		return this.leased == 0 && this.pending == 0 && this.leaking == 0;
	}

}
