package io.outboundhttp.pool;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.outboundhttp.ClientClosedException;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.ManagedHttpClients;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.EntityTemplate;
import org.apache.hc.core5.io.CloseMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the defects of HttpClient's pool that ours cures. Each comes with a control
 * that shows the defect on HttpClient's own connection manager.
 */
@Timeout(60)
class PoolHealingTests {

	/** Within which a control shows that nobody was told. */
	private static final long SILENCE_MILLIS = 400;

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ConnectionPools pools = this.leaks.watch(PoolFixture.pools(TimeSource.system()));

	private final PoolingHttpClientConnectionManager manager = ofOne(
			PoolingHttpClientConnectionManagerBuilder.create());

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
		this.manager.close(CloseMode.IMMEDIATE);
	}

	// Waiters

	@Test
	void callersThatWaitAreToldAtOnceWhenThePoolIsClosed() throws Exception {
		this.leaks.expectWarning("connections are closed while in use");
		ConnectionPool pool = open();
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, pool).build();
				ClassicHttpResponse held = hold(client)) {
			CompletableFuture<String> first = call(client);
			CompletableFuture<String> second = call(client);
			await().until(() -> pool.snapshot().pending() == 2);
			this.pools.close();
			assertThat(failure(first)).isExactlyInstanceOf(ClientClosedException.class).hasMessageContaining("'a'");
			assertThat(failure(second)).isExactlyInstanceOf(ClientClosedException.class);
			assertThat(pool.snapshot().pending()).isZero();
			assertThat(held.getCode()).isEqualTo(200);
		}
	}

	@Test
	void controlCallersThatWaitHangWhenThePoolIsClosed() throws Exception {
		try (CloseableHttpClient client = plain(); ClassicHttpResponse held = hold(client)) {
			CompletableFuture<String> waiting = call(client);
			await().until(() -> this.manager.getTotalStats().getPending() == 1);
			this.manager.close(CloseMode.GRACEFUL);
			assertSilent(waiting);
			assertThat(held.getCode()).isEqualTo(200);
		}
	}

	@Test
	void callersThatWaitAreServedAtOnceWhenALimitRises() throws Exception {
		ConnectionPool pool = open();
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, pool).build();
				ClassicHttpResponse held = hold(client)) {
			CompletableFuture<String> waiting = call(client);
			await().until(() -> pool.snapshot().pending() == 1);
			pool.setMaxPerRoute(2);
			pool.setMaxTotal(2);
			assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo("ok");
			assertThat(held.getCode()).isEqualTo(200);
		}
	}

	@Test
	void controlCallersThatWaitAreNotServedWhenALimitRises() throws Exception {
		try (CloseableHttpClient client = plain(); ClassicHttpResponse held = hold(client)) {
			CompletableFuture<String> waiting = call(client);
			await().until(() -> this.manager.getTotalStats().getPending() == 1);
			this.manager.setMaxTotal(2);
			this.manager.setDefaultMaxPerRoute(2);
			assertSilent(waiting);
			assertThat(held.getCode()).isEqualTo(200);
		}
	}

	// Errors

	@Test
	void errorInAnInterceptorEndsItsLeaseAndNothingElse() throws Exception {
		ConnectionPool pool = open();
		try (CloseableHttpClient client = failing(ManagedHttpClients.builder(this.pools, pool))) {
			assertThatExceptionOfType(StackOverflowError.class)
				.isThrownBy(() -> PoolFixture.get(client, this.server.url("/boom")));
			assertThat(pool.snapshot().leased()).isZero();
			assertThat(pool.isClosed()).isFalse();
			assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
		}
	}

	@Test
	void controlErrorInAnInterceptorClosesThePoolForGood() throws Exception {
		try (CloseableHttpClient client = failing(HttpClients.custom().setConnectionManager(this.manager))) {
			assertThatExceptionOfType(StackOverflowError.class)
				.isThrownBy(() -> PoolFixture.get(client, this.server.url("/boom")));
			assertThat(this.manager.isClosed()).isTrue();
		}
	}

	@Test
	void errorWhileTheBodyIsWrittenEndsItsLeaseAndNothingElse() throws Exception {
		ConnectionPool pool = open();
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, pool).build()) {
			assertThatExceptionOfType(NoClassDefFoundError.class)
				.isThrownBy(() -> client.execute(brokenUpload(), (response) -> null));
			assertThat(pool.snapshot().leased()).isZero();
			assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
		}
		this.pools.close();
		this.server.awaitNoOpenConnections();
	}

	@Test
	void controlErrorWhileTheBodyIsWrittenClosesThePoolForGood() throws Exception {
		try (CloseableHttpClient client = plain()) {
			assertThatExceptionOfType(NoClassDefFoundError.class)
				.isThrownBy(() -> client.execute(brokenUpload(), (response) -> null));
			assertThat(this.manager.isClosed()).isTrue();
		}
	}

	@Test
	void uncheckedExceptionOfABodyReachesTheCallerAsItIs() throws Exception {
		ConnectionPool pool = open();
		HttpPost post = new HttpPost(this.server.url());
		post.setEntity(new EntityTemplate(-1, ContentType.TEXT_PLAIN, null, (out) -> {
			throw new IllegalStateException("bug of the application");
		}));
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, pool).build()) {
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> client.execute(post, (response) -> null))
				.withMessage("bug of the application");
			assertThat(pool.snapshot().leased()).isZero();
		}
	}

	private HttpPost brokenUpload() {
		HttpPost post = new HttpPost(this.server.url());
		post.setEntity(new EntityTemplate(-1, ContentType.TEXT_PLAIN, null, (out) -> {
			throw new NoClassDefFoundError("codec");
		}));
		return post;
	}

	private static CloseableHttpClient failing(HttpClientBuilder builder) {
		return builder.addRequestInterceptorLast((request, entity, context) -> {
			if (request.getPath().equals("/boom")) {
				throw new StackOverflowError("interceptor");
			}
		}).build();
	}

	private ConnectionPool open() {
		return this.pools.open("a", PoolFixture.settings(), ofOne(PoolingHttpClientConnectionManagerBuilder.create()));
	}

	private CloseableHttpClient plain() {
		return HttpClients.custom().setConnectionManager(this.manager).build();
	}

	private static PoolingHttpClientConnectionManager ofOne(PoolingHttpClientConnectionManagerBuilder builder) {
		return builder.setMaxConnPerRoute(1).setMaxConnTotal(1).build();
	}

	private ClassicHttpResponse hold(CloseableHttpClient client) throws IOException {
		return client.executeOpen(null, new HttpGet(this.server.url()), null);
	}

	private CompletableFuture<String> call(CloseableHttpClient client) {
		CompletableFuture<String> result = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try {
				result.complete(PoolFixture.get(client, this.server.url()));
			}
			catch (Throwable ex) {
				result.completeExceptionally(ex);
			}
		}, "caller");
		thread.setDaemon(true);
		result.whenComplete((body, failure) -> thread.interrupt());
		thread.start();
		return result;
	}

	private static Throwable failure(CompletableFuture<String> call) throws Exception {
		try {
			throw new AssertionError("Unexpected " + call.get(10, TimeUnit.SECONDS));
		}
		catch (ExecutionException ex) {
			return Objects.requireNonNull(ex.getCause());
		}
	}

	/**
	 * Show that a caller still waits after some time, and end its wait.
	 */
	private static void assertSilent(CompletableFuture<String> call) {
		assertThatExceptionOfType(TimeoutException.class)
			.isThrownBy(() -> call.get(SILENCE_MILLIS, TimeUnit.MILLISECONDS));
		call.cancel(true);
	}

}
