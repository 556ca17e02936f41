package io.outboundhttp.benchmarks;

/**
 * What one start of the application cost.
 *
 * @param wallNanos time that passed
 * @param cpuNanos processor time of the process, its compiler and collector included
 */
record StartCost(long wallNanos, long cpuNanos) {

	private static final String MARK = "start cost:";

	/**
	 * Find the cost in the output of a process.
	 * @param output the output
	 * @return the cost
	 * @throws IllegalStateException if the output has none
	 */
	static StartCost parse(String output) {
		String[] fields = output.lines()
			.filter((line) -> line.startsWith(MARK))
			.findFirst()
			.orElseThrow(() -> new IllegalStateException("no line '%s' in:%n%s".formatted(MARK, output)))
			.substring(MARK.length())
			.trim()
			.split(" ");
		return new StartCost(Long.parseLong(fields[0]), Long.parseLong(fields[1]));
	}

	String print() {
		return "%s %d %d".formatted(MARK, this.wallNanos, this.cpuNanos);
	}

}
