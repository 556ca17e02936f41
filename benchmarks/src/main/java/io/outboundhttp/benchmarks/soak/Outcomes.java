package io.outboundhttp.benchmarks.soak;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import org.springframework.web.client.RestClientException;

/**
 * How calls have ended. Counted by many threads.
 */
final class Outcomes {

	/**
	 * What a caller may be told at any time: a machine that is busy is late, and limits
	 * are lowered.
	 */
	private static final Set<String> ALWAYS = Set.of("ReadTimeoutException", "PoolExhaustedException");

	private final LongAdder requests = new LongAdder();

	private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();

	/** The first of each kind. */
	private final Map<String, Throwable> unexpected = new ConcurrentHashMap<>();

	/**
	 * Note a call that has succeeded.
	 */
	void succeeded() {
		this.requests.increment();
	}

	/**
	 * Note a call that has failed.
	 * @param way how the server was called
	 * @param fault what the server did
	 * @param failure what the caller was told
	 */
	void failed(Way way, Fault fault, Throwable failure) {
		this.requests.increment();
		String kind = kind(failure);
		this.errors.computeIfAbsent(kind, (key) -> new LongAdder()).increment();
		if (!ALWAYS.contains(kind) && !fault.errors().contains(kind) && !way.errors().contains(kind)) {
			this.unexpected.putIfAbsent("%s of %s, which suffered %s".formatted(kind, way, fault), failure);
		}
	}

	/**
	 * Return the type of the failure itself, which Spring wraps.
	 */
	static String kind(Throwable failure) {
		Throwable kind = failure;
		for (Throwable cause = kind.getCause(); kind instanceof RestClientException
				&& cause != null; cause = kind.getCause()) {
			kind = cause;
		}
		return kind.getClass().getSimpleName();
	}

	long requests() {
		return this.requests.sum();
	}

	/**
	 * Return how many calls have failed by the type of the failure.
	 */
	Map<String, Long> errors() {
		Map<String, Long> errors = new TreeMap<>();
		this.errors.forEach((kind, count) -> errors.put(kind, count.sum()));
		return errors;
	}

	/**
	 * Return the failures that nothing explains.
	 */
	Map<String, Throwable> unexpected() {
		return new TreeMap<>(this.unexpected);
	}

}
