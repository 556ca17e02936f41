package io.outboundhttp.benchmarks.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import org.apache.hc.core5.http.HttpHost;

/**
 * Server in a process of its own, so that the processor time of this one is that of the
 * client. It answers each GET with {@link #BODY_LENGTH} bytes.
 */
public final class ServerProcess implements AutoCloseable {

	/** With its head, an answer has about one kilobyte. */
	public static final int BODY_LENGTH = 938;

	private static final String ADDRESS = "127.0.0.1";

	private static final int START_MILLIS = 10_000;

	private final Process process;

	private final HttpHost host;

	private final Path directory;

	private ServerProcess(Process process, int port, Path directory) {
		this.process = process;
		this.host = new HttpHost("http", ADDRESS, port);
		this.directory = directory;
	}

	/**
	 * Start nginx, one worker per processor, or the {@link AnswerServer}.
	 * @param name {@code nginx} or {@code own}
	 * @return the server
	 * @throws IOException if it does not start
	 */
	public static ServerProcess start(String name) throws IOException {
		Path directory = Files.createTempDirectory("benchmark");
		return switch (name) {
			case "nginx" -> nginx(directory);
			case "own" -> own(directory, Integer.MAX_VALUE, 0);
			default -> throw new IllegalArgumentException("server: '%s' (expected: 'nginx' or 'own')".formatted(name));
		};
	}

	/**
	 * Start an {@link AnswerServer} that has enough to do.
	 * @param concurrency requests that it serves at a time; the others wait
	 * @param serviceMillis how long each takes
	 * @return the server
	 * @throws IOException if it does not start
	 */
	public static ServerProcess start(int concurrency, int serviceMillis) throws IOException {
		return own(Files.createTempDirectory("benchmark"), concurrency, serviceMillis);
	}

	/**
	 * Start a server of another benchmark.
	 * @param main its main class, which prints the port, and ends with standard input
	 * @return the server
	 * @throws IOException if it does not start
	 */
	public static ServerProcess start(Class<?> main) throws IOException {
		return java(Files.createTempDirectory("server"), main);
	}

	private static ServerProcess own(Path directory, int concurrency, int serviceMillis) throws IOException {
		return java(directory, AnswerServer.class, String.valueOf(concurrency), String.valueOf(serviceMillis));
	}

	private static ServerProcess java(Path directory, Class<?> main, String... args) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xms64m", "-Xmx64m",
						"-XX:+UseSerialGC", "-classpath", System.getProperty("java.class.path"), main.getName()));
		command.addAll(List.of(args));
		Process process = start(command.toArray(String[]::new));
		BufferedReader output = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
		String port = output.readLine();
		if (port == null) {
			throw new IOException("the server did not start");
		}
		return new ServerProcess(process, Integer.parseInt(port), directory);
	}

	private static ServerProcess nginx(Path directory) throws IOException {
		int port;
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(ADDRESS))) {
			port = socket.getLocalPort();
		}
		Path configuration = directory.resolve("nginx.conf");
		Files.writeString(configuration, """
				daemon off;
				worker_processes auto;
				pid nginx.pid;
				error_log stderr error;
				events {
					worker_connections 4096;
				}
				http {
					access_log off;
					client_body_temp_path body;
					proxy_temp_path proxy;
					fastcgi_temp_path fastcgi;
					uwsgi_temp_path uwsgi;
					scgi_temp_path scgi;
					keepalive_requests 1000000000;
					keepalive_timeout 1h;
					server {
						listen %s:%d backlog=1024;
						location / {
							return 200 "%s";
						}
					}
				}
				""".formatted(ADDRESS, port, "x".repeat(BODY_LENGTH)));
		Process process = start("nginx", "-p", directory.toString(), "-c", configuration.toString());
		ServerProcess server = new ServerProcess(process, port, directory);
		server.awaitPort();
		return server;
	}

	private static Process start(String... command) throws IOException {
		return new ProcessBuilder(List.of(command)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
	}

	private void awaitPort() throws IOException {
		long startNanos = System.nanoTime();
		while (true) {
			try {
				new Socket(ADDRESS, this.host.getPort()).close();
				return;
			}
			catch (IOException ex) {
				if (!this.process.isAlive() || System.nanoTime() - startNanos > START_MILLIS * 1_000_000L) {
					this.process.destroy();
					throw new IOException("the server did not start", ex);
				}
				Thread.onSpinWait();
			}
		}
	}

	/**
	 * Return where it listens.
	 * @return the host
	 */
	public HttpHost host() {
		return this.host;
	}

	@Override
	public void close() throws IOException {
		this.process.destroy();
		this.process.onExit().join();
		List<Path> files;
		try (Stream<Path> walk = Files.walk(this.directory)) {
			files = walk.sorted(Comparator.reverseOrder()).toList();
		}
		for (Path file : files) {
			Files.delete(file);
		}
	}

}
