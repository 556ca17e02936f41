package io.outboundhttp.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A real HAProxy on 127.0.0.1, plain and within TLS. What it does is up to the path; what
 * it forwards goes to the port that the parameter {@code port} names.
 */
public final class HaproxyServer implements AutoCloseable {

	private static final Path EXECUTABLE = Path.of("/usr/sbin/haproxy");

	private final Daemon daemon;

	private final int port;

	private final int tlsPort;

	private final int wrongPort;

	private final int refusingPort;

	private HaproxyServer(Daemon daemon, int[] ports) {
		this.daemon = daemon;
		this.port = ports[0];
		this.tlsPort = ports[1];
		this.wrongPort = ports[2];
		this.refusingPort = ports[3];
	}

	/**
	 * Return whether HAProxy is installed on this machine.
	 * @return whether it can be started
	 */
	public static boolean isInstalled() {
		return Files.isExecutable(EXECUTABLE);
	}

	/**
	 * Start a server.
	 * @param parent directory for its files
	 * @return the running server
	 */
	public static HaproxyServer start(Path parent) {
		try {
			Path directory = Daemon.directory(parent, "haproxy");
			TestCertificates.get().wrongServerContext(TestCertificates.SELF_SIGNED);
			int[] ports = { Daemon.freePort(), Daemon.freePort(), Daemon.freePort(), Daemon.freePort() };
			Path configuration = Files.writeString(directory.resolve("haproxy.cfg"),
					CONFIGURATION.replace("PLAIN", bind(ports[0], ""))
						.replace("SECURED", bind(ports[1], " ssl crt " + pem(directory, TestCertificates.SERVER)))
						.replace("WRONG", bind(ports[2], " ssl crt " + pem(directory, TestCertificates.SELF_SIGNED)))
						.replace("REFUSING", bind(ports[3], "")));
			return new HaproxyServer(
					Daemon.start(directory, ports[0], EXECUTABLE.toString(), "-db", "-f", configuration.toString()),
					ports);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String bind(int port, String parameters) {
		return "bind 127.0.0.1:" + port + parameters;
	}

	private static Path pem(Path directory, String name) throws IOException {
		TestCertificates certificates = TestCertificates.get();
		return Files.writeString(directory.resolve(name + ".pem"), Files.readString(certificates.certificatePem(name))
				+ Files.readString(certificates.privateKeyPem(name)));
	}

	/**
	 * Return the port.
	 * @param tls whether it is the one with TLS
	 * @return the port
	 */
	public int port(boolean tls) {
		return tls ? this.tlsPort : this.port;
	}

	/**
	 * Return the port with TLS and a certificate that nobody has signed.
	 * @return the port
	 */
	public int wrongPort() {
		return this.wrongPort;
	}

	/**
	 * Return the port on which each connection is refused.
	 * @return the port
	 */
	public int refusingPort() {
		return this.refusingPort;
	}

	/**
	 * Return how many requests are over that had a value of the parameter {@code cell}.
	 * @param method the method
	 * @param cell the value
	 * @return the number
	 */
	public int requests(String method, int cell) {
		String line = method + " " + cell + " ";
		return (int) this.daemon.lines(Daemon.OUTPUT).stream().filter((each) -> each.startsWith(line)).count();
	}

	@Override
	public void close() {
		this.daemon.close();
	}

	private static final String CONFIGURATION = """
			global
				maxconn 256
				log stdout format raw local0

			defaults
				mode http
				log global
				timeout connect 5s
				timeout client 30s
				timeout server 30s
				timeout http-keep-alive 30s
				timeout queue 100ms
				timeout tarpit 100ms
				retries 0

			frontend all
				PLAIN
				SECURED
				log-format "%HM %[var(txn.cell)] %ST"
				http-request set-var(txn.cell) url_param(cell)
				http-request set-var(txn.port) url_param(port)
				http-request return status 200 content-type text/plain string healthy if { path /healthy }
				http-request return status 503 content-type text/plain string later hdr Retry-After 0 if { path /later }
				http-request deny deny_status 429 if { path /denied }
				http-request tarpit if { path /tarpit }
				http-request reject if { path /rejected }
				http-request silent-drop if { path /dropped }
				http-response deny if { var(txn.deny) -m found }
				use_backend none if { path /none }
				use_backend impatient if { path /impatient }
				use_backend queued if { path /queued }
				use_backend closing if { path /closing }
				use_backend denying if { path /denying }
				default_backend any

			frontend wrong
				WRONG
				log-format "%HM wrong %ST"
				default_backend none

			frontend refusing
				REFUSING
				log-format "%HM refused %ST"
				tcp-request connection reject
				default_backend none

			backend none

			backend any
				http-request set-path /fault
				http-request set-dst str(127.0.0.1)
				http-request set-dst-port var(txn.port)
				server any 0.0.0.0:0

			backend impatient
				timeout server 200ms
				http-request set-path /fault
				http-request set-dst str(127.0.0.1)
				http-request set-dst-port var(txn.port)
				server any 0.0.0.0:0

			backend queued
				http-request set-path /fault
				http-request set-dst str(127.0.0.1)
				http-request set-dst-port var(txn.port)
				server any 0.0.0.0:0 maxconn 1

			backend closing
				option httpclose
				http-request set-path /fault
				http-request set-dst str(127.0.0.1)
				http-request set-dst-port var(txn.port)
				server any 0.0.0.0:0

			backend denying
				http-response deny
				http-request set-path /fault
				http-request set-dst str(127.0.0.1)
				http-request set-dst-port var(txn.port)
				server any 0.0.0.0:0
			""";

}
