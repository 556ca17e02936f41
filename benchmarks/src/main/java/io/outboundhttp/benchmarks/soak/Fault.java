package io.outboundhttp.benchmarks.soak;

import java.util.Random;
import java.util.Set;

/**
 * What the server does to a request, and what its caller may be told instead of an
 * answer. The caller asks for it by name, so each error has its reason.
 */
enum Fault {

	/** An answer of known length. */
	NONE(60),

	/** An answer in chunks. */
	CHUNKED(10),

	/** An answer that announces the end of the connection. */
	CLOSING(3),

	/** An answer whose connection ends after it without a word. */
	CLOSED_LATER(3),

	/** An answer whose head takes a while. */
	SLOW_HEAD(5),

	/** An answer whose body comes in pieces. */
	DRIPPING(3),

	/** The status 503. */
	UNAVAILABLE(5, "ServiceUnavailable", "HttpResponseException"),

	/** A reset instead of an answer. */
	RESET(2, "SocketException", "NoHttpResponseException"),

	/** The end of the connection instead of an answer. */
	HUNG_UP(2, "SocketException", "NoHttpResponseException"),

	/** The end of the connection in the middle of the body. */
	CUT_OFF(2, "ConnectionClosedException", "SocketException"),

	/** A reset in the middle of the body. */
	RESET_IN_BODY(2, "SocketException", "ConnectionClosedException", "NoHttpResponseException"),

	/** Something that is not HTTP. */
	GARBAGE(2, "NoHttpResponseException", "MessageConstraintException", "ProtocolException", "SocketException"),

	/** Silence instead of an answer. */
	SILENT(1, "ReadTimeoutException");

	private static final int WEIGHTS = weights();

	private final int weight;

	private final Set<String> errors;

	Fault(int weight, String... errors) {
		this.weight = weight;
		this.errors = Set.of(errors);
	}

	private static int weights() {
		int sum = 0;
		for (Fault fault : values()) {
			sum += fault.weight;
		}
		return sum;
	}

	/**
	 * Return one of them, the frequent ones more often.
	 */
	static Fault next(Random random) {
		int rest = random.nextInt(WEIGHTS);
		for (Fault fault : values()) {
			rest -= fault.weight;
			if (rest < 0) {
				return fault;
			}
		}
		return NONE;
	}

	/**
	 * Return what a caller may be told.
	 */
	Set<String> errors() {
		return this.errors;
	}

	/**
	 * Return the target of a request that suffers this fault.
	 * @param size length of the body of the answer
	 */
	String target(int size) {
		return "/" + name() + "/" + size;
	}

}
