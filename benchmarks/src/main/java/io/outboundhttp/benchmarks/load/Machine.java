package io.outboundhttp.benchmarks.load;

/**
 * Where a benchmark runs.
 */
public final class Machine {

	private Machine() {
	}

	/**
	 * Return what every figure depends on.
	 * @return Java, system and processors
	 */
	public static String describe() {
		return "Java %s, %s %s, %d processors".formatted(System.getProperty("java.version"),
				System.getProperty("os.name"), System.getProperty("os.arch"),
				Runtime.getRuntime().availableProcessors());
	}

}
