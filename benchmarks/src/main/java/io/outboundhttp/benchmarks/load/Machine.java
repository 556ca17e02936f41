package io.outboundhttp.benchmarks.load;

import org.apache.hc.core5.util.VersionInfo;

/**
 * Where a benchmark runs.
 */
public final class Machine {

	private Machine() {
	}

	/**
	 * Return what every figure depends on.
	 * @return Java, system, processors and version of HttpCore
	 */
	public static String describe() {
		return "Java %s, %s %s, %d processors, HttpCore %s".formatted(System.getProperty("java.version"),
				System.getProperty("os.name"), System.getProperty("os.arch"),
				Runtime.getRuntime().availableProcessors(), httpCore());
	}

	private static String httpCore() {
		return VersionInfo.loadVersionInfo("org.apache.hc.core5", Machine.class.getClassLoader()).getRelease();
	}

}
