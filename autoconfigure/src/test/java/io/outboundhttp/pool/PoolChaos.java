package io.outboundhttp.pool;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import javax.net.ssl.SSLException;

import io.outboundhttp.ClientClosedException;
import io.outboundhttp.client.ManagedHttpClients;
import io.outboundhttp.pool.TrackedLease.TakeReason;
import io.outboundhttp.pool.admission.Threads;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.jspecify.annotations.Nullable;

import static org.awaitility.Awaitility.await;

/**
 * Callers of a pool over real sockets, and a thread that disturbs them in every way there
 * is: interrupts, aborts, reclaims, replaced connection managers, limits that change,
 * sweeps, a server that breaks connections, and a pool that is closed under their hands.
 */
final class PoolChaos {

	private static final int CALLERS = 16;

	private static final int MAX_TOTAL = 8;

	private static final int MAX_PER_ROUTE = 4;

	private static final Duration STUCK = Duration.ofSeconds(20);

	private final Queue<String> violations = new ConcurrentLinkedQueue<>();

	/** How many calls ended how. */
	private final Map<String, Integer> ends = new ConcurrentHashMap<>();

	private final List<PoolingHttpClientConnectionManager> managers = new CopyOnWriteArrayList<>();

	private final TestHttpServer server = TestHttpServer.start().handleAll(PoolChaos::answer);

	private final TestHttpServer tlsServer = TestHttpServer.startTls(TestCertificates.get().serverContext(), false)
		.handleAll(PoolChaos::answer);

	private final List<Caller> callers = new ArrayList<>();

	private final List<Thread> threads = new ArrayList<>();

	private final Random random;

	private final ConnectionPools pools;

	private final ConnectionPool pool;

	private final CloseableHttpClient client;

	private volatile boolean stopped;

	PoolChaos(ConnectionPools pools, long seed, Threads kind) {
		this.random = new Random(seed);
		this.pools = pools;
		this.pool = pools.open("chaos", PoolFixture.settings(), newManager());
		this.client = ManagedHttpClients.builder(pools, this.pool).build();
		for (int i = 0; i < CALLERS; i++) {
			Caller caller = new Caller(i, this.random.nextLong());
			this.callers.add(caller);
			this.threads.add(kind.start("chaos-caller-" + i, caller));
		}
		this.threads.add(kind.start("chaos-disturber", this::disturb));
	}

	private PoolingHttpClientConnectionManager newManager() {
		PoolingHttpClientConnectionManager manager = PoolingHttpClientConnectionManagerBuilder.create()
			.setTlsSocketStrategy(new DefaultClientTlsStrategy(TestCertificates.get().trustOnlyContext()))
			.setOffLockDisposalEnabled(true)
			.setMaxConnPerRoute(MAX_PER_ROUTE)
			.setMaxConnTotal(MAX_TOTAL)
			.build();
		this.managers.add(manager);
		return manager;
	}

	// The server

	private static void answer(Exchange exchange) throws IOException {
		String target = exchange.target();
		switch (target.charAt(1)) {
			case 's' -> {
				exchange.pause(Duration.ofMillis(5));
				exchange.respond(200, target);
			}
			case 'b' -> {
				exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + target.length() + "\r\n\r\n/b");
				exchange.pause(Duration.ofMillis(5));
				exchange.write(target.substring(2));
			}
			case 'h' -> {
				exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
				exchange.closeAbruptly();
			}
			case 'c' -> {
				exchange.closeAfterResponse();
				exchange.respond(200, target);
			}
			case 'd' -> exchange.hangUp();
			default -> exchange.respond(200, target);
		}
	}

	// The disturber

	private void disturb() {
		while (!this.stopped) {
			LockSupport.parkNanos(200_000);
			try {
				disturbOnce();
			}
			catch (RuntimeException | Error ex) {
				this.violations.add("disturber: " + ex);
			}
		}
	}

	private void disturbOnce() {
		int number = this.random.nextInt(CALLERS);
		switch (this.random.nextInt(12)) {
			case 0, 1 -> this.threads.get(number).interrupt();
			case 2, 3 -> this.callers.get(number).abort();
			case 4, 5 -> takeOne();
			case 6 -> {
				if (this.random.nextInt(5) == 0) {
					this.pool.replaceManager(newManager());
				}
			}
			case 7 -> {
				this.pool.setMaxTotal(1 + this.random.nextInt(MAX_TOTAL));
				this.pool.setMaxPerRoute(1 + this.random.nextInt(MAX_PER_ROUTE));
			}
			case 8 -> this.pool.closeIdle(Duration.ofMillis(this.random.nextInt(5)));
			case 9 -> this.pool.evict(System.nanoTime());
			case 10 -> {
				if (this.random.nextInt(20) == 0) {
					this.server.abortConnections();
				}
			}
			default -> {
				PoolSnapshot snapshot = this.pool.snapshot();
				check(snapshot.connections().refused() == 0, "the referee has refused");
			}
		}
	}

	private void takeOne() {
		List<PooledConnection> connections = List.copyOf(this.pool.connections().all());
		if (!connections.isEmpty()) {
			TrackedLease lease = connections.get(this.random.nextInt(connections.size())).lease();
			if (lease != null) {
				lease.take(TakeReason.BY_HAND);
			}
		}
	}

	// The end

	/**
	 * Let chaos reign for some time, then look at what is left.
	 * @param time how long
	 * @param closing whether the pool is closed while callers use it
	 * @return what went wrong
	 */
	List<String> run(Duration time, boolean closing) throws Exception {
		new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
		if (closing) {
			this.pools.close();
			await().until(() -> this.callers.stream().allMatch((caller) -> caller.toldThatClosed));
		}
		this.stopped = true;
		for (Thread thread : this.threads) {
			thread.join(STUCK.toMillis());
			check(!thread.isAlive(), thread.getName() + " is stuck: " + List.of(thread.getStackTrace()));
		}
		PoolSnapshot snapshot = this.pool.snapshot();
		check(snapshot.leased() == 0 && snapshot.pending() == 0 && snapshot.connections().refused() == 0,
				snapshot.toString());
		if (!closing && snapshot.leased() == 0) {
			verifyServes();
		}
		this.pools.close();
		check(this.pool.connections().isEmpty(), "connections are known to the closed pool");
		this.server.awaitNoOpenConnections();
		this.tlsServer.awaitNoOpenConnections();
		long open = this.managers.stream().filter((manager) -> !manager.isClosed()).count();
		check(open == 0, open + " connection managers are open");
		PoolSnapshot.Connections figures = this.pool.snapshot().connections();
		long closed = figures.closed().values().stream().mapToLong(Long::longValue).sum();
		check(figures.opened() == closed, "opened " + figures.opened() + ", closed " + closed);
		verifySentOnce();
		return List.copyOf(this.violations);
	}

	private void verifyServes() throws IOException {
		this.pool.setMaxTotal(1);
		for (int i = 0; i < 10; i++) {
			String path = "/e/" + i;
			check(PoolFixture.get(this.client, this.server.url(path)).equals(path), "wrong answer to " + path);
		}
		PoolSnapshot snapshot = this.pool.snapshot();
		check(snapshot.leased() == 0 && snapshot.available() == 1, snapshot.toString());
	}

	private void verifySentOnce() {
		Set<String> posts = new HashSet<>();
		for (TestHttpServer receiver : List.of(this.server, this.tlsServer)) {
			for (RecordedRequest request : receiver.requests()) {
				check(!request.method().equals("POST") || posts.add(request.target()),
						"sent twice: POST " + request.target());
			}
		}
		check(!posts.isEmpty(), "nobody has sent a POST");
	}

	/**
	 * Return how many calls ended how, by the simple name of the exception.
	 */
	Map<String, Integer> ends() {
		return Map.copyOf(this.ends);
	}

	/**
	 * Stop everything, whatever has happened before.
	 */
	void stop() throws IOException {
		this.stopped = true;
		this.client.close();
		this.server.close();
		this.tlsServer.close();
	}

	private void check(boolean condition, String problem) {
		if (!condition) {
			this.violations.add(problem);
		}
	}

	/**
	 * Makes one call after the other.
	 */
	private final class Caller implements Runnable {

		private static final String KINDS = "eeeesssbbhcd";

		private final int number;

		private final Random random;

		private volatile @Nullable HttpUriRequestBase request;

		private volatile boolean toldThatClosed;

		Caller(int number, long seed) {
			this.number = number;
			this.random = new Random(seed);
		}

		void abort() {
			HttpUriRequestBase request = this.request;
			if (request != null) {
				request.cancel();
			}
		}

		@Override
		public void run() {
			for (int i = 0; !PoolChaos.this.stopped; i++) {
				String end = "served";
				try {
					call(i);
				}
				catch (Throwable ex) {
					end = ex.getClass().getSimpleName();
					check(isDocumented(ex), "call " + this.number + "-" + i + " ended with " + ex + " caused by "
							+ ex.getCause() + " at " + List.of(ex.getStackTrace()));
					if (ex instanceof ClientClosedException) {
						this.toldThatClosed = true;
					}
				}
				finally {
					this.request = null;
					PoolChaos.this.ends.merge(end, 1, Integer::sum);
					Thread.interrupted();
				}
			}
		}

		private boolean isDocumented(Throwable ex) {
			return ex instanceof ClientClosedException || ex instanceof InterruptedIOException
					|| ex instanceof SocketException || ex instanceof NoHttpResponseException
					|| ex instanceof ConnectionClosedException || ex instanceof SSLException;
		}

		private void call(int i) throws IOException {
			char kind = KINDS.charAt(this.random.nextInt(KINDS.length()));
			String path = "/" + kind + "/" + this.number + "-" + i;
			TestHttpServer target = (this.random.nextInt(4) == 0) ? PoolChaos.this.tlsServer : PoolChaos.this.server;
			HttpUriRequestBase request = newRequest(target.url(path));
			request.setConfig(RequestConfig.custom()
				.setConnectionRequestTimeout((this.random.nextInt(4) == 0) ? 2 : 5000, TimeUnit.MILLISECONDS)
				.setResponseTimeout(5, TimeUnit.SECONDS)
				.build());
			this.request = request;
			if (this.random.nextInt(4) == 0) {
				readPart(request);
			}
			else {
				String answer = PoolChaos.this.client.execute(request, (response) -> read(response.getEntity()));
				check(answer.equals(path), "wrong answer to " + path + ": " + answer);
			}
		}

		private HttpUriRequestBase newRequest(String url) {
			if (this.random.nextBoolean()) {
				return new HttpGet(url);
			}
			HttpPost post = new HttpPost(url);
			post.setEntity(new StringEntity("body"));
			return post;
		}

		private void readPart(HttpUriRequestBase request) throws IOException {
			try (ClassicHttpResponse response = PoolChaos.this.client.executeOpen(null, request, null)) {
				if (this.random.nextBoolean()) {
					check(response.getEntity().getContent().read() > 0, "no body");
				}
			}
		}

		private String read(HttpEntity entity) throws IOException {
			return new String(entity.getContent().readAllBytes(), StandardCharsets.US_ASCII);
		}

	}

}
