package io.outboundhttp.pool;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLSocket;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityTemplate;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for pools that several threads use at once, and for the thread that looks after
 * them.
 */
class ConnectionPoolThreadTests {

	private static final HttpRoute ROUTE = new HttpRoute(new HttpHost("http", "localhost", 80));

	private static final PoolSettings ONE_CONNECTION = PoolFixture.settings(Map.of(ROUTE.getTargetHost(), 1));

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	@Test
	void closeEndsThoughAThreadIsStuckInATlsWrite() throws Exception {
		this.leaks.expectWarning("connections are closed while in use");
		ConnectionPools pools = PoolFixture.pools(TimeSource.system());
		ConnectionPool pool = pools.open("a", PoolFixture.settings(),
				PoolingHttpClientConnectionManagerBuilder.create()
					.setTlsSocketStrategy(new DefaultClientTlsStrategy(TestCertificates.get().trustOnlyContext()))
					.build());
		CompletableFuture<Void> upload = new CompletableFuture<>();
		try (DeafTlsServer server = new DeafTlsServer(); CloseableHttpClient client = PoolFixture.client(pools, pool)) {
			Thread writer = daemon(() -> {
				try {
					client.execute(endlessUpload(server.url()), (response) -> null);
					upload.complete(null);
				}
				catch (IOException ex) {
					upload.completeExceptionally(ex);
				}
			});
			await().alias("a write that waits for the peer").until(() -> isStuckInTlsWrite(writer));
			CompletableFuture<Void> close = new CompletableFuture<>();
			daemon(() -> {
				pools.close();
				close.complete(null);
			});
			assertThat(close).succeedsWithin(Duration.ofSeconds(10));
			assertThat(upload).failsWithin(Duration.ofSeconds(10))
				.withThrowableThat()
				.withCauseInstanceOf(IOException.class);
		}
	}

	private static HttpPost endlessUpload(String url) {
		HttpPost post = new HttpPost(url);
		post.setEntity(new EntityTemplate(-1, ContentType.APPLICATION_OCTET_STREAM, null, (out) -> {
			while (true) {
				writeSome(out);
			}
		}));
		return post;
	}

	private static void writeSome(OutputStream out) throws IOException {
		out.write(new byte[64 * 1024]);
	}

	/**
	 * The JDK polls the socket of a write only when its buffer is full.
	 */
	private static boolean isStuckInTlsWrite(Thread thread) {
		List<String> frames = Arrays.stream(thread.getStackTrace())
			.map((frame) -> frame.getClassName() + "." + frame.getMethodName())
			.toList();
		return frames.contains("sun.nio.ch.Net.poll") && frames.contains("sun.nio.ch.NioSocketImpl.implWrite")
				&& frames.stream().anyMatch((frame) -> frame.startsWith("sun.security.ssl.SSLSocketImpl"));
	}

	private static Thread daemon(Runnable work) {
		Thread thread = new Thread(work);
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	@Test
	void limitOfOneRouteHoldsForFirstConnectionsThatAreLeasedAtOnce() throws Exception {
		this.leaks.allowWarning("connections are closed while in use");
		int threads = 8;
		CyclicBarrier barrier = new CyclicBarrier(threads);
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			for (int round = 0; round < 50; round++) {
				List<Future<ConnectionEndpoint>> leases = new ArrayList<>();
				try (ConnectionPools pools = PoolFixture.pools(TimeSource.system())) {
					ConnectionPool pool = pools.open("a", ONE_CONNECTION, new PoolingHttpClientConnectionManager());
					ManagedConnectionManager connectionManager = pools.connectionManager(() -> pool);
					for (int i = 0; i < threads; i++) {
						leases.add(executor.submit(() -> {
							barrier.await(10, TimeUnit.SECONDS);
							return connectionManager.lease("a", ROUTE, Timeout.ofMinutes(1), null)
								.get(Timeout.ofMinutes(1));
						}));
					}
					await().pollDelay(Duration.ZERO)
						.pollInterval(Duration.ofMillis(5))
						.until(() -> pool.snapshot().pending() == threads - 1);
					assertThat(pool.snapshot().leased()).as("round %s", round).isEqualTo(1);
					assertThat(leases).filteredOn(Future::isDone).hasSizeLessThanOrEqualTo(1);
				}
				for (Future<ConnectionEndpoint> lease : leases) {
					if (!lease.isDone()) {
						await().alias("callers that waited are told").until(lease::isDone);
					}
				}
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	void upkeepThreadInheritsNothingFromTheFirstCaller() throws Exception {
		InheritableThreadLocal<String> user = new InheritableThreadLocal<>();
		CompletableFuture<Seen> seen = new CompletableFuture<>();
		PoolListener listener = new PoolListener() {

			@Override
			public void connectionClosed(ConnectionPool pool, HttpRoute route, CloseReason reason) {
				Thread thread = Thread.currentThread();
				seen.complete(new Seen(thread, thread.getContextClassLoader(), user.get()));
			}

		};
		try (TestHttpServer server = TestHttpServer.start();
				ConnectionPools pools = PoolFixture.pools(TimeSource.system(), listener);
				URLClassLoader loader = new URLClassLoader(new URL[0])) {
			ConnectionPool pool = pools.open("a", PoolFixture.settings(Duration.ofMillis(1), Duration.ofMillis(1)),
					new PoolingHttpClientConnectionManager());
			Thread caller = new Thread(() -> {
				user.set("user 42");
				Thread.currentThread().setContextClassLoader(loader);
				try (CloseableHttpClient client = PoolFixture.client(pools, pool)) {
					PoolFixture.get(client, server.url());
				}
				catch (IOException ex) {
					seen.completeExceptionally(ex);
				}
			});
			caller.start();
			Seen upkeep = seen.get(10, TimeUnit.SECONDS);
			assertThat(upkeep.thread()).isNotSameAs(caller);
			assertThat(upkeep.user()).isNull();
			assertThat(upkeep.loader()).isSameAs(ConnectionPools.class.getClassLoader());
			assertThat(Thread.getAllStackTraces().keySet())
				.filteredOn((thread) -> thread.getName().startsWith("outbound-http"))
				.isNotEmpty()
				.allSatisfy((thread) -> assertThat(thread.getContextClassLoader()).isNotSameAs(loader));
		}
	}

	/**
	 * What the sweep sees of the thread it runs on.
	 *
	 * @param thread the thread
	 * @param loader its context class loader
	 * @param user the inheritable value
	 */
	private record Seen(Thread thread, ClassLoader loader, @Nullable String user) {
	}

	/**
	 * Shakes hands and then never reads.
	 */
	private static final class DeafTlsServer implements AutoCloseable {

		private final ServerSocket server;

		private final CompletableFuture<SSLSocket> accepted = new CompletableFuture<>();

		DeafTlsServer() throws IOException {
			this.server = TestCertificates.get().serverContext().getServerSocketFactory().createServerSocket();
			this.server.setReceiveBufferSize(8192);
			this.server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
			daemon(this::accept);
		}

		private void accept() {
			try {
				SSLSocket socket = (SSLSocket) this.server.accept();
				socket.startHandshake();
				this.accepted.complete(socket);
			}
			catch (IOException ex) {
				this.accepted.completeExceptionally(ex);
			}
		}

		String url() {
			return "https://localhost:" + this.server.getLocalPort() + "/upload";
		}

		@Override
		public void close() throws IOException {
			this.server.close();
			SSLSocket socket = this.accepted.orTimeout(10, TimeUnit.SECONDS).join();
			// a reset, so that it ends at once although nothing was read
			socket.setSoLinger(true, 0);
			socket.close();
		}

	}

}
