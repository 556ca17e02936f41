package io.outboundhttp.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.awaitility.Awaitility.await;

/**
 * A real server of this machine: a process with a directory of its own, which ends with
 * {@link #close()}.
 */
final class Daemon implements AutoCloseable {

	/** What the process says, in its directory. */
	static final String OUTPUT = "output.log";

	private static final Duration LONGEST_START = Duration.ofSeconds(60);

	private final Path directory;

	private final int port;

	private final Process process;

	private Daemon(Path directory, int port, Process process) {
		this.directory = directory;
		this.port = port;
		this.process = process;
	}

	/**
	 * Create a directory that another user can use as well: servers that are started by
	 * root go on as one.
	 */
	static Path directory(Path parent, String name) throws IOException {
		Path directory = Files.createDirectory(parent.resolve(name));
		for (Path open : List.of(parent, directory)) {
			Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
		}
		return directory;
	}

	static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Start a process, and wait until it accepts connections.
	 */
	static Daemon start(Path directory, int port, String... command) throws IOException {
		Process process = new ProcessBuilder(command).directory(directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(directory.resolve(OUTPUT).toFile())
			.start();
		Daemon daemon = new Daemon(directory, port, process);
		daemon.awaitStart();
		return daemon;
	}

	private void awaitStart() {
		try {
			await().atMost(LONGEST_START).until(() -> !this.process.isAlive() || accepts());
		}
		catch (RuntimeException ex) {
			close();
			throw ex;
		}
		if (!this.process.isAlive()) {
			throw new IllegalStateException(
					this.directory.getFileName() + " did not start: " + lines(OUTPUT) + lines("cache.log"));
		}
	}

	private boolean accepts() {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress("127.0.0.1", this.port), 1000);
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * Return the lines of a file of the directory.
	 */
	List<String> lines(String file) {
		Path log = this.directory.resolve(file);
		if (!Files.exists(log)) {
			return List.of();
		}
		try (Stream<String> lines = Files.lines(log)) {
			return lines.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.process.destroy();
		try {
			if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
				this.process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
	}

}
