package io.outboundhttp.benchmarks.soak;

/**
 * Something that is wrong on purpose, to see that the verdict tells.
 */
enum Sabotage {

	/** Nothing is. */
	NONE,

	/** Leaks are not detected. */
	LEAK,

	/** Every answer leaves something on the heap. */
	HEAP

}
