package io.outboundhttp;

import org.awaitility.core.ThrowingRunnable;

import static org.awaitility.Awaitility.await;

/**
 * Collects garbage until a test sees what it waits for. What a test drops must have been
 * on the stack of a method that has returned.
 */
public final class GarbageCollection {

	private GarbageCollection() {
	}

	/**
	 * Collect garbage until an assertion holds.
	 * @param assertion the assertion
	 */
	public static void until(ThrowingRunnable assertion) {
		await().untilAsserted(() -> {
			System.gc();
			assertion.run();
		});
	}

}
