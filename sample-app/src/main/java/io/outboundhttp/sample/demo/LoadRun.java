package io.outboundhttp.sample.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of load, with threads of its own that all end with it.
 * <p>
 * The pace is open: the n-th order is due n/rps seconds after the start, however long the
 * others take, and its time counts from then. So a service that stalls shows in the
 * quantiles, not in a lower rate. What bounds the run is the number of its clients, each
 * a thread that takes the next order that is due, and its end: what no client got round
 * to by then is left out.
 */
final class LoadRun {

	private static final Logger logger = LoggerFactory.getLogger(LoadRun.class);

	private static final long MAX_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final LoadPlan plan;

	private final Runnable job;

	private final LoadCounters counters = new LoadCounters();

	private final AtomicLong tickets = new AtomicLong();

	private final List<Thread> clients = new ArrayList<>();

	private final CountDownLatch busyClients;

	private final CountDownLatch ended = new CountDownLatch(1);

	private final long startNanos;

	private final long endNanos;

	private volatile long endedNanos;

	private volatile boolean stopped;

	private LoadRun(LoadPlan plan, Runnable job) {
		this.plan = plan;
		this.job = job;
		this.busyClients = new CountDownLatch(plan.clients());
		this.startNanos = System.nanoTime();
		this.endNanos = this.startNanos + TimeUnit.SECONDS.toNanos(plan.seconds());
	}

	/**
	 * Start a run.
	 * @param plan how much, and for how long
	 * @param job what to do; it fails by an exception
	 * @return the run
	 */
	static LoadRun start(LoadPlan plan, Runnable job) {
		LoadRun run = new LoadRun(plan, job);
		for (int i = 1; i <= plan.clients(); i++) {
			run.clients.add(thread("load-" + i, run::runClient));
		}
		Thread watcher = thread("load-progress", run::watch);
		run.clients.forEach(Thread::start);
		watcher.start();
		return run;
	}

	private static Thread thread(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		return thread;
	}

	private void runClient() {
		try {
			for (long ticket = nextTicket(); ticket < this.plan.total(); ticket = nextTicket()) {
				long dueNanos = this.startNanos + ticket * TimeUnit.SECONDS.toNanos(1) / this.plan.rps();
				if (!awaitDue(dueNanos)) {
					return;
				}
				runJob(dueNanos);
			}
		}
		finally {
			this.busyClients.countDown();
		}
	}

	private long nextTicket() {
		return this.tickets.getAndIncrement();
	}

	private boolean awaitDue(long dueNanos) {
		while (!this.stopped) {
			long now = System.nanoTime();
			if (now - this.endNanos >= 0 || Thread.currentThread().isInterrupted()) {
				return false;
			}
			if (now - dueNanos >= 0) {
				return true;
			}
			LockSupport.parkNanos(this, Math.min(dueNanos - now, MAX_PARK_NANOS));
		}
		return false;
	}

	private void runJob(long dueNanos) {
		this.counters.started();
		try {
			this.job.run();
			this.counters.succeeded();
		}
		catch (RuntimeException ex) {
			this.counters.failed(ex);
		}
		finally {
			this.counters.ended(System.nanoTime() - dueNanos);
		}
	}

	private void watch() {
		try {
			while (!this.busyClients.await(1, TimeUnit.SECONDS)) {
				log(report());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.endedNanos = System.nanoTime();
			this.ended.countDown();
			log(report());
		}
	}

	private void log(LoadReport report) {
		logger.info(
				"Load {} after {} of {} s: sent={}, ok={}, failed={}, in-flight={}, remaining={}, p50={} ms, p99={} ms",
				report.state(), Math.round(report.elapsedSeconds()), report.seconds(), report.sent(), report.ok(),
				report.failed(), report.inFlight(), report.remaining(), report.p50Millis(), report.p99Millis());
	}

	/**
	 * Start no more orders. Does not wait for those on their way.
	 */
	void stop() {
		this.stopped = true;
		this.clients.forEach(LockSupport::unpark);
	}

	/**
	 * Wait for the end, and interrupt what has not ended by then.
	 * @param timeout how long to wait
	 * @return whether all ended in time
	 */
	boolean awaitEnd(Duration timeout) {
		try {
			if (this.ended.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
				return true;
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.clients.forEach(Thread::interrupt);
		return false;
	}

	boolean isRunning() {
		return this.ended.getCount() > 0;
	}

	LoadReport report() {
		boolean running = isRunning();
		long now = running ? System.nanoTime() : this.endedNanos;
		double elapsedSeconds = Math.round((now - this.startNanos) / 100_000_000.0) / 10.0;
		return this.counters.report(state(running, now), this.plan, elapsedSeconds);
	}

	private LoadReport.State state(boolean running, long now) {
		if (running) {
			return (this.stopped || now - this.endNanos >= 0) ? LoadReport.State.ENDING : LoadReport.State.RUNNING;
		}
		return this.stopped ? LoadReport.State.STOPPED : LoadReport.State.FINISHED;
	}

}
