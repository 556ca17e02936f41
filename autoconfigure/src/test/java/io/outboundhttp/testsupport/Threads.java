package io.outboundhttp.testsupport;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/**
 * Looks at the live platform threads of this JVM by the start of their names.
 */
public final class Threads {

	private Threads() {
	}

	/**
	 * Return the live threads whose name starts with a prefix.
	 * @param prefix the prefix
	 * @return the threads, ordered by name
	 */
	public static List<Thread> live(String prefix) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith(prefix))
			.sorted(Comparator.comparing(Thread::getName))
			.toList();
	}

	/**
	 * Return the names of the live threads whose name starts with a prefix.
	 * @param prefix the prefix
	 * @return the names in order
	 */
	public static List<String> names(String prefix) {
		return live(prefix).stream().map(Thread::getName).toList();
	}

	/**
	 * Wait, for 10 seconds at most, until no thread has a name that starts with a prefix.
	 * @param prefix the prefix
	 * @throws AssertionError if there still is one; shows its stack
	 */
	public static void awaitNone(String prefix) {
		awaitNone(prefix, TestHttpServer.DEFAULT_WAIT);
	}

	/**
	 * Wait until no thread has a name that starts with a prefix.
	 * @param prefix the prefix
	 * @param atMost the longest wait
	 * @throws AssertionError if there still is one; shows its stack
	 */
	public static void awaitNone(String prefix, Duration atMost) {
		List<Thread> remaining = awaitEnd(() -> live(prefix), atMost);
		if (!remaining.isEmpty()) {
			throw new AssertionError("Threads '" + prefix + "*' are alive after " + atMost + ":" + describe(remaining));
		}
	}

	static void join(Collection<Thread> threads, Duration atMost) {
		List<Thread> remaining = awaitEnd(() -> threads.stream()
			.filter((thread) -> thread.isAlive() && thread != Thread.currentThread())
			.toList(), atMost);
		if (!remaining.isEmpty()) {
			throw new IllegalStateException("Threads are alive after " + atMost + ":" + describe(remaining));
		}
	}

	private static List<Thread> awaitEnd(Supplier<List<Thread>> threads, Duration atMost) {
		long startNanos = System.nanoTime();
		List<Thread> remaining = threads.get();
		try {
			while (!remaining.isEmpty()) {
				long remainingMillis = atMost.minusNanos(System.nanoTime() - startNanos).toMillis();
				if (remainingMillis <= 0) {
					return remaining;
				}
				remaining.get(0).join(remainingMillis);
				remaining = threads.get();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting for " + describe(remaining), ex);
		}
		return remaining;
	}

	private static String describe(List<Thread> threads) {
		StringBuilder description = new StringBuilder();
		for (Thread thread : threads) {
			description.append("\n").append(thread.getName()).append(" ").append(thread.getState());
			for (StackTraceElement element : thread.getStackTrace()) {
				description.append("\n\tat ").append(element);
			}
		}
		return description.toString();
	}

}
