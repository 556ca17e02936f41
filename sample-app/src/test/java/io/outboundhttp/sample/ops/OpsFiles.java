package io.outboundhttp.sample.ops;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The files that the sample gives to Prometheus and Grafana.
 */
final class OpsFiles {

	private static final Path DIRECTORY = Path.of("ops").toAbsolutePath();

	private OpsFiles() {
	}

	static Path path(String name) {
		return DIRECTORY.resolve(name);
	}

	static String read(String name) throws IOException {
		return Files.readString(path(name));
	}

}
