package io.outboundhttp.benchmarks.storm;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.client.RestClient;

/**
 * Calls at a fixed rate, whatever becomes of them, each on a thread of its own.
 */
final class Storm {

	private final RestClient restClient;

	private final LongAdder failures = new LongAdder();

	Storm(RestClient restClient) {
		this.restClient = restClient;
	}

	/**
	 * Make calls and wait for their end.
	 * @param perSecond calls per second
	 * @param seconds for how long
	 * @return number of calls
	 */
	long run(int perSecond, int seconds) {
		long calls = (long) perSecond * seconds;
		ExecutorService threads = Executors.newCachedThreadPool();
		Phaser open = new Phaser(1);
		try {
			long startNanos = System.nanoTime();
			for (long i = 0; i < calls; i++) {
				long dueNanos = startNanos + TimeUnit.SECONDS.toNanos(i) / perSecond;
				while (System.nanoTime() - dueNanos < 0) {
					LockSupport.parkNanos(dueNanos - System.nanoTime());
				}
				open.register();
				threads.execute(() -> call(open));
			}
			open.arriveAndAwaitAdvance();
		}
		finally {
			threads.shutdown();
		}
		if (this.failures.sum() > 0) {
			throw new IllegalStateException("%d calls ended otherwise than with 503".formatted(this.failures.sum()));
		}
		return calls;
	}

	private void call(Phaser open) {
		try {
			HttpStatusCode status = this.restClient.get().exchange((request, response) -> response.getStatusCode());
			if (!HttpStatus.SERVICE_UNAVAILABLE.equals(status)) {
				this.failures.increment();
			}
		}
		catch (RuntimeException ex) {
			this.failures.increment();
		}
		finally {
			open.arriveAndDeregister();
		}
	}

}
