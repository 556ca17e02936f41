package io.outboundhttp.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A real nginx on 127.0.0.1, plain and within TLS. What it does is up to the path; what
 * it forwards goes to the port that the parameter {@code port} names.
 */
public final class NginxServer implements AutoCloseable {

	private static final Path EXECUTABLE = Path.of("/usr/sbin/nginx");

	private final Daemon daemon;

	private final int port;

	private final int tlsPort;

	private final int expiredPort;

	private final int mutualPort;

	private NginxServer(Daemon daemon, int[] ports) {
		this.daemon = daemon;
		this.port = ports[0];
		this.tlsPort = ports[1];
		this.expiredPort = ports[2];
		this.mutualPort = ports[3];
	}

	/**
	 * Return whether nginx is installed on this machine.
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
	public static NginxServer start(Path parent) {
		try {
			Path directory = Daemon.directory(parent, "nginx");
			TestCertificates certificates = TestCertificates.get();
			certificates.wrongServerContext(TestCertificates.EXPIRED);
			int[] ports = { Daemon.freePort(), Daemon.freePort(), Daemon.freePort(), Daemon.freePort() };
			Files.writeString(directory.resolve("large"), "x".repeat(100_000));
			Path configuration = Files.writeString(directory.resolve("nginx.conf"),
					CONFIGURATION.replace("DIRECTORY", directory.toString())
						.replace("PLAIN", listen(ports[0], ""))
						.replace("SECURED", listen(ports[1], " ssl"))
						.replace("EXPIRED", listen(ports[2], " ssl") + certificate(TestCertificates.EXPIRED))
						.replace("MUTUAL", listen(ports[3], " ssl"))
						.replace("CERTIFICATE", certificate(TestCertificates.SERVER))
						.replace("AUTHORITY", certificates.caPem().toString()));
			return new NginxServer(Daemon.start(directory, ports[0], EXECUTABLE.toString(), "-p", directory.toString(),
					"-c", configuration.toString(), "-e", directory.resolve("error.log").toString()), ports);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String listen(int port, String parameters) {
		return "listen 127.0.0.1:" + port + parameters + ";";
	}

	private static String certificate(String name) {
		TestCertificates certificates = TestCertificates.get();
		return " ssl_certificate " + certificates.certificatePem(name) + "; ssl_certificate_key "
				+ certificates.privateKeyPem(name) + ";";
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
	 * Return the port with TLS and a certificate that has expired.
	 * @return the port
	 */
	public int expiredPort() {
		return this.expiredPort;
	}

	/**
	 * Return the port with TLS that wants a certificate of the client.
	 * @return the port
	 */
	public int mutualPort() {
		return this.mutualPort;
	}

	/**
	 * Return how many requests are over that had a value of the parameter {@code cell}.
	 * @param method the method
	 * @param cell the value
	 * @return the number
	 */
	public int requests(String method, int cell) {
		String line = method + " " + cell + " ";
		return (int) this.daemon.lines("access.log").stream().filter((each) -> each.startsWith(line)).count();
	}

	@Override
	public void close() {
		this.daemon.close();
	}

	private static final String CONFIGURATION = """
			daemon off;
			worker_processes 1;
			pid DIRECTORY/nginx.pid;
			error_log DIRECTORY/error.log;
			events { worker_connections 256; }
			http {
				log_format cells '$request_method $arg_cell $status';
				access_log DIRECTORY/access.log cells;
				client_body_temp_path DIRECTORY/body;
				proxy_temp_path DIRECTORY/proxy;
				fastcgi_temp_path DIRECTORY/fastcgi;
				uwsgi_temp_path DIRECTORY/uwsgi;
				scgi_temp_path DIRECTORY/scgi;
				limit_req_zone $arg_cell zone=each:1m rate=1r/m;
				lingering_timeout 100ms;
				server {
					PLAIN
					SECURED
					CERTIFICATE
					location = /healthy { return 200 healthy; }
					location = /444 { return 444; }
					location = /413 { client_max_body_size 1k; proxy_pass http://127.0.0.1:$arg_port/fault; }
					location = /limited { limit_req zone=each; proxy_pass http://127.0.0.1:$arg_port/fault; }
					location = /once { keepalive_timeout 0; return 200 healthy; }
					location = /idle { keepalive_timeout 50ms; return 200 healthy; }
					location = /last { keepalive_requests 1; return 200 healthy; }
					location = /large { limit_rate_after 1k; limit_rate 100; root DIRECTORY; }
					location = /zipped { gzip on; gzip_min_length 1; gzip_types *; proxy_http_version 1.1; proxy_pass http://127.0.0.1:$arg_port/fault; }
					location = /fault { proxy_read_timeout 200ms; proxy_pass http://127.0.0.1:$arg_port/fault; }
				}
				server {
					EXPIRED
				}
				server {
					MUTUAL
					CERTIFICATE
					ssl_verify_client on;
					ssl_client_certificate AUTHORITY;
				}
			}
			""";

}
