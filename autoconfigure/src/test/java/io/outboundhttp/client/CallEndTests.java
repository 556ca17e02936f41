package io.outboundhttp.client;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import io.outboundhttp.ClientClosedException;
import io.outboundhttp.LeaseReclaimedException;
import io.outboundhttp.LeaseSnapshot;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.ForcedEnds;
import io.outboundhttp.pool.PoolSettings;
import io.outboundhttp.pool.TimeSource;
import io.outboundhttp.testsupport.BlackHole;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.entity.EntityTemplate;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for calls that are ended from outside, in each of their phases and in each way:
 * what the caller is told is always an exception of the contract or a documented one of
 * HttpClient, and nothing stays behind.
 */
@Timeout(60)
class CallEndTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ConnectionPools pools = this.leaks.watch(new ConnectionPools(TimeSource.system(), List.of()));

	private final Gate gate = new Gate();

	private final TestHttpServer server = TestHttpServer.start();

	private final TestHttpServer silentTls = TestHttpServer.startTls(TestCertificates.get().serverContext(), false)
		.silentAfterAccept(true);

	private @Nullable BlackHole blackHole;

	/** Parts of an upload that were written. */
	private final AtomicLong written = new AtomicLong();

	private long writtenBefore;

	private final ConnectionPool pool = this.pools.open("a", PoolSettings.builder().build(),
			PoolingHttpClientConnectionManagerBuilder.create()
				.setDnsResolver(new GatedDnsResolver(this.gate, Map.of("gated.test", "127.0.0.1")))
				.setTlsSocketStrategy(new DefaultClientTlsStrategy(TestCertificates.get().trustOnlyContext()))
				.setDefaultConnectionConfig(ConnectionConfig.custom().setConnectTimeout(10, TimeUnit.SECONDS).build())
				.setMaxConnPerRoute(1)
				.setMaxConnTotal(5)
				.build());

	private final CloseableHttpClient client = ManagedHttpClients.builder(this.pools, this.pool)
		.addRequestInterceptorLast((request, entity, context) -> {
			if (request.getPath().equals("/gated")) {
				this.gate.pass();
			}
		})
		.build();

	@AfterEach
	void stop() throws IOException {
		this.gate.open();
		this.client.close();
		this.pools.close();
		if (this.blackHole != null) {
			this.blackHole.close();
		}
		this.server.close();
		this.silentTls.close();
	}

	static Stream<Arguments> cells() {
		return Arrays.stream(Phase.values())
			.flatMap((phase) -> Arrays.stream(End.values()).map((end) -> Arguments.of(phase, end)));
	}

	@ParameterizedTest(name = "{0}, {1}")
	@MethodSource("cells")
	void callerIsToldWhatHappenedAndNothingStaysBehind(Phase phase, End end) throws Exception {
		this.leaks.allowWarning("connections are closed while in use");
		HttpUriRequestBase request = request(phase);
		try (Holder holder = (phase == Phase.WAITING) ? new Holder() : null) {
			Call call = new Call(request);
			awaitReached(phase, call);
			switch (end) {
				case ABORT -> assertThat(request.cancel()).isTrue();
				case RECLAIM -> assertThat(ForcedEnds.takeAll(this.pool)).isEqualTo(1);
				case POOL_CLOSE -> this.pools.close();
				case INTERRUPT -> call.thread.interrupt();
			}
			if (end == End.INTERRUPT || phase == Phase.RESOLVING || phase == Phase.INTERCEPTED) {
				unblock(phase);
			}
			Throwable failure = call.failure();
			assertThat(call.interrupted).as("the interrupt is kept").isEqualTo(end == End.INTERRUPT);
			verify(phase, end, failure);
			assertThat(holder == null || end != End.ABORT || holder.isOpen()).isTrue();
		}
		assertNothingStays(phase, end);
	}

	private void verify(Phase phase, End end, @Nullable Throwable failure) {
		switch (end) {
			case ABORT -> assertThat(failure).isExactlyInstanceOf(RequestFailedException.class)
				.hasMessageStartingWith("Request aborted");
			case RECLAIM -> {
				if (phase == Phase.WAITING) {
					assertThat(failure).as("served with the place that was taken back").isNull();
				}
				else {
					assertThat(failure).isExactlyInstanceOf(LeaseReclaimedException.class)
						.hasMessageContaining("Client 'a'");
				}
			}
			case POOL_CLOSE ->
				assertThat(failure).isExactlyInstanceOf(ClientClosedException.class).hasMessageContaining("Client 'a'");
			case INTERRUPT -> {
				if (phase == Phase.WAITING) {
					assertThat(failure).isExactlyInstanceOf(RequestFailedException.class);
				}
				else if (phase.isUnblockedByFailure()) {
					assertThat(failure).isInstanceOf(IOException.class);
				}
				else {
					assertThat(failure).as("an interrupt does not end I/O of a platform thread").isNull();
				}
			}
		}
	}

	private void assertNothingStays(Phase phase, End end) throws Exception {
		await().until(() -> this.pool.snapshot().leased() == 0 && this.pool.snapshot().pending() == 0);
		assertThat(this.server.requests().stream().filter((request) -> !request.path().equals("/held")))
			.as("not sent twice")
			.hasSizeLessThanOrEqualTo(1);
		if (end != End.POOL_CLOSE) {
			this.server.handleAll((exchange) -> exchange.respond(200, "next"));
			this.gate.open();
			assertThat(get(new HttpGet(this.server.url("/next")))).isEqualTo("next");
			assertThat(this.pool.snapshot().connections().refused()).isZero();
		}
		this.pools.close();
		this.server.awaitNoOpenConnections();
		this.silentTls.awaitNoOpenConnections();
		assertThat(this.silentTls.requests()).as("requests in " + phase).isEmpty();
	}

	private HttpUriRequestBase request(Phase phase) {
		return switch (phase) {
			case WAITING -> new HttpGet(this.server.url());
			case RESOLVING -> new HttpGet("http://gated.test:" + this.server.port() + "/");
			case CONNECTING -> new HttpGet("http://127.0.0.1:" + unconnectable().port() + "/");
			case HANDSHAKING -> new HttpGet(this.silentTls.url());
			case INTERCEPTED -> new HttpGet(this.server.url("/gated"));
			case WRITING -> endlessUpload("http://127.0.0.1:" + silent().port() + "/");
			case AWAITING_RESPONSE -> {
				this.server.handleAll(Handler.stall());
				yield new HttpGet(this.server.url());
			}
			case READING -> {
				this.server.handleAll((exchange) -> {
					exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
					exchange.stall();
					exchange.write("half");
				});
				yield new HttpGet(this.server.url());
			}
		};
	}

	private BlackHole unconnectable() {
		BlackHole opened = BlackHole.unconnectable();
		this.blackHole = opened;
		return opened;
	}

	private BlackHole silent() {
		BlackHole opened = BlackHole.silent();
		this.blackHole = opened;
		return opened;
	}

	private HttpPost endlessUpload(String url) {
		HttpPost post = new HttpPost(url);
		post.setEntity(new EntityTemplate(-1, ContentType.APPLICATION_OCTET_STREAM, null, (out) -> {
			for (int i = 0; i < 1_000_000; i++) {
				out.write(new byte[64 * 1024]);
				this.written.incrementAndGet();
			}
		}));
		return post;
	}

	private void awaitReached(Phase phase, Call call) {
		switch (phase) {
			case WAITING -> await().until(() -> this.pool.snapshot().pending() == 1);
			case RESOLVING, INTERCEPTED -> this.gate.awaitArrival();
			case CONNECTING -> await().until(() -> call.isIn("sun.nio.ch.Net.poll"));
			case HANDSHAKING -> {
				this.silentTls.awaitOpenConnections(1);
				await().until(() -> call.isIn("sun.nio.ch.Net.poll"));
			}
			case WRITING -> await().until(() -> {
				long before = this.writtenBefore;
				this.writtenBefore = this.written.get();
				return before > 0 && before == this.writtenBefore && call.isIn("sun.nio.ch.NioSocketImpl.implWrite");
			});
			case AWAITING_RESPONSE -> this.server.awaitRequests(1);
			case READING -> await().until(() -> this.pool.snapshot()
				.leases()
				.stream()
				.anyMatch((lease) -> lease.phase() == LeaseSnapshot.Phase.READING) && call.isIn("sun.nio.ch.Net.poll"));
		}
	}

	private void unblock(Phase phase) {
		switch (phase) {
			case WAITING -> {
			}
			case RESOLVING, INTERCEPTED -> this.gate.open();
			case CONNECTING, WRITING -> {
				if (this.blackHole != null) {
					this.blackHole.close();
				}
			}
			case HANDSHAKING -> this.silentTls.abortConnections();
			case AWAITING_RESPONSE, READING -> this.server.releaseStalled();
		}
	}

	private String get(HttpUriRequestBase request) throws IOException {
		return this.client.execute(request, (response) -> EntityUtils.toString(response.getEntity()));
	}

	/**
	 * Where a call is when it is ended.
	 */
	enum Phase {

		WAITING, RESOLVING, CONNECTING, HANDSHAKING, INTERCEPTED, WRITING, AWAITING_RESPONSE, READING;

		boolean isUnblockedByFailure() {
			return this == CONNECTING || this == HANDSHAKING || this == WRITING;
		}

	}

	/**
	 * Who ends it.
	 */
	enum End {

		ABORT, RECLAIM, POOL_CLOSE, INTERRUPT

	}

	/**
	 * Holds the one connection of the route.
	 */
	private final class Holder implements AutoCloseable {

		private final ClassicHttpResponse response;

		Holder() throws IOException {
			CallEndTests.this.server.handle("/held", (exchange) -> exchange.respond(200, "held"));
			this.response = CallEndTests.this.client.executeOpen(null,
					new HttpGet(CallEndTests.this.server.url("/held")), null);
		}

		boolean isOpen() throws IOException, HttpException {
			return EntityUtils.toString(this.response.getEntity()).equals("held");
		}

		@Override
		public void close() throws IOException {
			this.response.close();
		}

	}

	/**
	 * A call on a thread of its own.
	 */
	private final class Call {

		private final CompletableFuture<String> result = new CompletableFuture<>();

		private final Thread thread;

		private volatile boolean interrupted;

		Call(HttpUriRequestBase request) {
			this.thread = new Thread(() -> {
				try {
					String body = get(request);
					this.interrupted = Thread.currentThread().isInterrupted();
					this.result.complete(body);
				}
				catch (Throwable ex) {
					this.interrupted = Thread.currentThread().isInterrupted();
					this.result.completeExceptionally(ex);
				}
			}, "caller");
			this.thread.setDaemon(true);
			this.thread.start();
		}

		boolean isIn(String method) {
			return Arrays.stream(this.thread.getStackTrace())
				.anyMatch((frame) -> (frame.getClassName() + "." + frame.getMethodName()).equals(method));
		}

		@Nullable Throwable failure() throws Exception {
			try {
				this.result.get(20, TimeUnit.SECONDS);
				return null;
			}
			catch (ExecutionException ex) {
				return ex.getCause();
			}
		}

	}

}
