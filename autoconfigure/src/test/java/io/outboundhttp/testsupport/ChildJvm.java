package io.outboundhttp.testsupport;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * JVM of the same kind as this one, with options of its own.
 */
public final class ChildJvm {

	private static final int MAX_WAIT_SECONDS = 60;

	private ChildJvm() {
	}

	/**
	 * Run a program to its end, which is brought about after a minute.
	 * @param arguments options of the JVM, the main class and its arguments
	 * @return how it went
	 */
	public static Result run(List<String> arguments) throws IOException, InterruptedException {
		return run("", arguments);
	}

	/**
	 * Run a program to its end, which is brought about after a minute.
	 * @param classPath what stands before the class path of this JVM
	 * @param arguments options of the JVM, the main class and its arguments
	 * @return how it went
	 */
	public static Result run(String classPath, List<String> arguments) throws IOException, InterruptedException {
		String own = System.getProperty("java.class.path");
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
						"-Xshare:auto", "-cp", classPath.isEmpty() ? own : classPath + File.pathSeparator + own));
		command.addAll(arguments);
		Path output = Files.createTempFile("child-jvm", ".txt");
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(output.toFile())
				.start();
			if (!process.waitFor(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
				process.destroyForcibly().waitFor();
			}
			return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
		}
		finally {
			Files.delete(output);
		}
	}

	/**
	 * How a program went.
	 *
	 * @param exitCode its exit code
	 * @param output what it printed
	 */
	public record Result(int exitCode, String output) {

	}

}
