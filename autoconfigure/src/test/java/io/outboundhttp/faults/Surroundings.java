package io.outboundhttp.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.outboundhttp.pool.connect.HostLookup;
import io.outboundhttp.testsupport.BlackHole;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;

import javax.net.ssl.SSLContext;

/**
 * What all cells share: servers that are well, names, and what takes long to set up.
 * Thread-safe.
 */
final class Surroundings implements AutoCloseable, HostLookup {

	private final SSLContext serverContext = TestCertificates.get().serverContext();

	private final TestHttpServer healthy = TestHttpServer.start().handleAll(Handler.respond(200, "healthy"));

	private final TestHttpServer healthyTls = TestHttpServer.startTls(this.serverContext, false)
		.handleAll(Handler.respond(200, "healthy"));

	private final BlackHole unconnectable = BlackHole.unconnectable();

	private final int closedPort = findClosedPort();

	private final AtomicInteger numbers = new AtomicInteger();

	private final Map<String, HostLookup> names = new ConcurrentHashMap<>();

	private static int findClosedPort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	TestHttpServer healthy(Scheme scheme) {
		return (scheme == Scheme.HTTPS) ? this.healthyTls : this.healthy;
	}

	/**
	 * Return the TLS context of servers that are trusted.
	 */
	SSLContext serverContext() {
		return this.serverContext;
	}

	/**
	 * Return the port to which nobody gets connected.
	 */
	int unconnectablePort() {
		return this.unconnectable.port();
	}

	/**
	 * Return the port at which nobody listens.
	 */
	int closedPort() {
		return this.closedPort;
	}

	/**
	 * Return a number that no other cell has.
	 */
	int number() {
		return this.numbers.incrementAndGet();
	}

	/**
	 * Let a new name be looked up.
	 * @return the name
	 */
	String name(HostLookup lookup) {
		String host = "host-" + number() + ".test";
		this.names.put(host, lookup);
		return host;
	}

	@Override
	public InetAddress[] lookUp(String host) throws UnknownHostException {
		HostLookup lookup = this.names.get(host);
		if (lookup == null) {
			throw new UnknownHostException(host);
		}
		return lookup.lookUp(host);
	}

	@Override
	public void close() {
		this.unconnectable.close();
		this.healthyTls.close();
		this.healthy.close();
	}

}
