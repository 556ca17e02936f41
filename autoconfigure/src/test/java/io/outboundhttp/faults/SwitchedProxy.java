package io.outboundhttp.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.outboundhttp.testsupport.RawServer;
import io.outboundhttp.testsupport.TestProxyServer;
import org.jspecify.annotations.Nullable;

/**
 * Forward proxy that fails when it is told to, and else passes all on to one that works.
 */
final class SwitchedProxy implements AutoCloseable {

	private final TestProxyServer working = TestProxyServer.start();

	private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

	private volatile RawServer entrance = RawServer.start(this::serve);

	private volatile RawServer.@Nullable Script fault;

	private final int port = this.entrance.port();

	int port() {
		return this.port;
	}

	/**
	 * Serve new connections with a script.
	 */
	void fail(RawServer.Script script) {
		this.fault = script;
	}

	/**
	 * Refuse connections.
	 */
	void stop() {
		this.entrance.close();
	}

	/**
	 * Work again after a {@link #stop}.
	 */
	void start() {
		this.entrance = RawServer.start("127.0.0.1", port(), this::serve);
	}

	/**
	 * Work again.
	 */
	void heal() {
		this.fault = null;
	}

	private void serve(Socket client, RawServer server) throws IOException {
		RawServer.Script fault = this.fault;
		if (fault != null) {
			fault.serve(client, server);
			return;
		}
		try (Socket proxy = new Socket(InetAddress.getByName(this.working.host()), this.working.port())) {
			Thread back = new Thread(() -> pass(proxy, client), "switched-proxy-" + port());
			back.setDaemon(true);
			this.threads.add(back);
			back.start();
			pass(client, proxy);
		}
	}

	private void pass(Socket from, Socket to) {
		try {
			from.getInputStream().transferTo(to.getOutputStream());
			to.shutdownOutput();
		}
		catch (IOException ex) {
			// one side has left
		}
		finally {
			this.threads.remove(Thread.currentThread());
		}
	}

	@Override
	public void close() {
		this.entrance.close();
		this.working.close();
	}

}
