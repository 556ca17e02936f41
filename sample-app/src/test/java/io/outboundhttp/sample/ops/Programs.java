package io.outboundhttp.sample.ops;

import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Programs of this machine.
 */
final class Programs {

	private static final int TIMEOUT_SECONDS = 60;

	private Programs() {
	}

	/**
	 * Find a program.
	 * @param name its name
	 * @return the path, {@code null} if there is none
	 */
	static @Nullable Path find(String name) {
		String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/bin";
		return Stream.of(path.split(File.pathSeparator))
			.filter((directory) -> !directory.isEmpty())
			.map((directory) -> Path.of(directory, name))
			.filter(Files::isExecutable)
			.findFirst()
			.orElse(null);
	}

	/**
	 * Run a program to its end.
	 * @param program its path
	 * @param arguments its arguments
	 * @return what it has written
	 * @throws IOException if it fails, with what it has written
	 */
	static String run(Path program, String... arguments) throws IOException {
		List<String> command = new ArrayList<>(List.of(program.toString()));
		command.addAll(List.of(arguments));
		Path output = Files.createTempFile("output", ".txt");
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(output.toFile())
				.start();
			try {
				boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
				String text = Files.readString(output, StandardCharsets.UTF_8);
				if (!ended || process.exitValue() != 0) {
					throw new IOException(String.join(" ", command) + " failed:\n" + text);
				}
				return text;
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new InterruptedIOException();
			}
			finally {
				process.destroyForcibly();
			}
		}
		finally {
			Files.delete(output);
		}
	}

}
