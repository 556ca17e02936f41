package io.outboundhttp.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Threads that make one call each, all at the same time.
 */
final class Callers {

	private Callers() {
	}

	/**
	 * Start one caller.
	 * @param name name of its thread
	 * @param call what it does
	 * @return its outcome
	 */
	static <T> Future<T> start(String name, Callable<T> call) {
		CompletableFuture<T> outcome = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try {
				outcome.complete(call.call());
			}
			catch (Throwable ex) {
				outcome.completeExceptionally(ex);
			}
		}, name);
		thread.setDaemon(true);
		thread.start();
		return outcome;
	}

	/**
	 * Start several callers.
	 * @param count how many
	 * @param call what each does
	 * @return their outcomes
	 */
	static <T> List<Future<T>> start(int count, Callable<T> call) {
		List<Future<T>> outcomes = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			outcomes.add(start("caller-" + i, call));
		}
		return outcomes;
	}

	/**
	 * Make a call on a thread of its own and wait for its end.
	 * @param name name of the thread
	 * @param call the call
	 * @return what it returns
	 */
	static <T> T on(String name, Callable<T> call) throws Exception {
		return start(name, call).get(20, TimeUnit.SECONDS);
	}

}
