package io.outboundhttp.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * A real Squid on 127.0.0.1 that asks for Basic credentials and leaves this machine
 * never. It is a process of its own, which ends with {@link #close()}.
 */
public final class SquidProxy implements AutoCloseable {

	/** User that the proxy lets in. */
	public static final String USER = "scott";

	/** Password of the user. */
	public static final String PASSWORD = "tiger-4711";

	private static final Path EXECUTABLE = Path.of("/usr/sbin/squid");

	private final Daemon daemon;

	private final int port;

	private SquidProxy(Daemon daemon, int port) {
		this.daemon = daemon;
		this.port = port;
	}

	/**
	 * Return whether Squid is installed on this machine.
	 * @return whether it can be started
	 */
	public static boolean isInstalled() {
		return Files.isExecutable(EXECUTABLE);
	}

	/**
	 * Start a proxy.
	 * @param parent directory for its files
	 * @return the running proxy
	 */
	public static SquidProxy start(Path parent) {
		try {
			Path directory = Daemon.directory(parent, "squid");
			Path helper = Files.writeString(directory.resolve("users.sh"), """
					#!/bin/sh
					while read -r line; do
						if [ "$line" = "%s %s" ]; then echo OK; else echo ERR; fi
					done
					""".formatted(USER, PASSWORD));
			Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwxr-xr-x"));
			int port = Daemon.freePort();
			Path configuration = Files.writeString(directory.resolve("squid.conf"), """
					http_port 127.0.0.1:%1$d
					visible_hostname squid.test
					pid_filename none
					coredump_dir %2$s
					cache deny all
					server_persistent_connections off
					access_log stdio:%2$s/access.log
					cache_log %2$s/cache.log
					logfile_rotate 0
					auth_param basic program %2$s/users.sh
					auth_param basic children 1 startup=1 idle=1
					auth_param basic realm squid.test
					acl users proxy_auth REQUIRED
					acl here dst 127.0.0.0/8
					http_access deny !here
					http_access allow users
					http_access deny all
					shutdown_lifetime 0 seconds
					via off
					""".formatted(port, directory));
			Daemon daemon = Daemon.start(directory, port, EXECUTABLE.toString(), "-N", "-f", configuration.toString());
			return new SquidProxy(daemon, port);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return the host to connect to.
	 * @return 127.0.0.1
	 */
	public String host() {
		return "127.0.0.1";
	}

	/**
	 * Return the port to connect to.
	 * @return the port
	 */
	public int port() {
		return this.port;
	}

	/**
	 * Return the requests of a method that are over, each as one line of the log. A
	 * tunnel is over when it is closed.
	 * @param method the method
	 * @return status and target of each, for example {@code 200 127.0.0.1:443}
	 */
	public List<String> requests(String method) {
		return this.daemon.lines("access.log")
			.stream()
			.map((line) -> line.trim().split(" +"))
			.filter((fields) -> fields.length > 6 && fields[5].equals(method))
			.map((fields) -> fields[3].substring(fields[3].indexOf('/') + 1) + " " + fields[6])
			.toList();
	}

	@Override
	public void close() {
		this.daemon.close();
	}

}
