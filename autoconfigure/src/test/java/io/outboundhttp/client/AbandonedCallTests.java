package io.outboundhttp.client;

import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.outboundhttp.GarbageCollection;
import io.outboundhttp.LeakReport;
import io.outboundhttp.LeaseSnapshot;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.ResourceAccessException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for responses of Spring's clients that nobody can close any more.
 */
@ExtendWith(OutputCaptureExtension.class)
class AbandonedCallTests {

	private static final String BODY = "a body of some length";

	@RegisterExtension
	private final PoolLeakExtension extension = new PoolLeakExtension();

	private final TestHttpServer server = TestHttpServer.start().handleAll(Handler.respond(200, BODY));

	private final ManagedClients clients = new ManagedClients(this.extension, ManagedClients.WITHOUT_THRESHOLD, 2,
			Duration.ofSeconds(30));

	@BeforeEach
	void expectWarning() {
		this.extension.allowWarning("a response was dropped without being closed");
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	@DisplayName("L1 exchange without close leaks, is told with its template, and the next call is served")
	void exchangeWithoutCloseIsHealed(CapturedOutput output) throws Exception {
		exchangeWithoutClose(this.clients.spring());
		exchangeWithoutClose(this.clients.spring());
		assertThat(this.clients.snapshot().leased()).as("the pool is dry").isEqualTo(2);
		CompletableFuture<String> third = CompletableFuture
			.supplyAsync(() -> SpringApi.REST_CLIENT.get(this.clients.spring(), this.server.url()));
		GarbageCollection.until(() -> assertThat(third).isDone());
		assertThat(third.get(0, TimeUnit.SECONDS)).isEqualTo(BODY);
		GarbageCollection.until(() -> assertThat(this.clients.leaks().reports()).hasSize(2));
		assertThat(this.clients.leaks().reports())
			.allSatisfy((report) -> assertAbandoned(report, "exchangeWithoutClose"));
		PoolSnapshot snapshot = this.clients.snapshot();
		assertThat(snapshot.leased()).isZero();
		assertThat(snapshot.leaks()).isEqualTo(new PoolSnapshot.Leaks(0, 0, 0, 2, 0, 2));
		assertThat(snapshot.connections().timeouts()).isZero();
		assertThat(output.toString().lines().filter((line) -> line.contains(" WARN ")))
			.allSatisfy((line) -> assertThat(line)
				.contains("Client 'payments': a response was dropped without being closed")
				.contains("GET " + template())
				.contains("thread " + Thread.currentThread().getName()))
			.isNotEmpty();
	}

	private void exchangeWithoutClose(SpringClients spring) {
		int status = spring.restClient()
			.get()
			.uri(template(), 7)
			.exchangeForRequiredValue((request, response) -> response.getStatusCode().value(), false);
		assertThat(status).isEqualTo(200);
	}

	private String template() {
		return this.server.url("/items/{id}");
	}

	private void assertAbandoned(LeakReport report, String method) {
		assertThat(report.kind()).isEqualTo(LeakReport.Kind.ABANDONED);
		assertThat(report.reclaimed()).isTrue();
		LeaseSnapshot lease = report.lease();
		assertThat(lease.client()).isEqualTo("payments");
		assertThat(lease.method()).isEqualTo("GET");
		assertThat(lease.uriTemplate()).isEqualTo(template());
		assertThat(lease.thread()).isEqualTo(Thread.currentThread().getName());
		assertThat(lease.stack()).extracting(StackTraceElement::getMethodName).contains(method);
	}

	@Test
	@DisplayName("L1 control: on HttpClient's own pool the third call fails, however much garbage is collected")
	void exchangeWithoutCloseKillsThePlainPool() throws Exception {
		PoolingHttpClientConnectionManager manager = new PoolingHttpClientConnectionManager();
		try (CloseableHttpClient httpClient = ManagedClients.plainHttpClient(manager, 2, Duration.ofMillis(100))) {
			SpringClients spring = SpringClients.plain(httpClient);
			exchangeWithoutClose(spring);
			WeakReference<ClientHttpResponse> last = new WeakReference<>(spring.restClient()
				.get()
				.uri(this.server.url())
				.exchangeForRequiredValue((request, response) -> response, false));
			GarbageCollection.until(() -> assertThat(last.get()).isNull());
			assertThat(manager.getTotalStats().getLeased()).isEqualTo(2);
			assertThatExceptionOfType(ResourceAccessException.class)
				.isThrownBy(() -> SpringApi.REST_CLIENT.get(spring, this.server.url()))
				.withCauseInstanceOf(ConnectionRequestTimeoutException.class);
		}
	}

	@Test
	@DisplayName("L8 an InputStream that is dropped is told with template and stack, and healed")
	void droppedInputStreamIsHealed(CapturedOutput output) throws Exception {
		readOneByteAndForget(this.clients.spring());
		GarbageCollection.until(() -> assertThat(this.clients.leaks().reports()).hasSize(1));
		LeakReport report = this.clients.leaks().reports().get(0);
		assertAbandoned(report, "readOneByteAndForget");
		assertThat(report.lease().phase()).isEqualTo(LeaseSnapshot.Phase.READING);
		assertThat(this.clients.snapshot().leased()).isZero();
		this.server.awaitNoOpenConnections();
		assertThat(output).contains("the connection was taken:").contains("AbandonedCallTests.readOneByteAndForget(");
		assertThat(SpringApi.REST_CLIENT.get(this.clients.spring(), this.server.url())).isEqualTo(BODY);
	}

	private void readOneByteAndForget(SpringClients spring) throws Exception {
		assertThat(open(spring).read()).isEqualTo('a');
	}

	private InputStream open(SpringClients spring) {
		return Objects.requireNonNull(spring.restClient().get().uri(template(), 7).retrieve().body(InputStream.class));
	}

	@Test
	@DisplayName("L8 an InputStream that is closed, read or not, leaves nothing")
	void closedInputStreamLeavesNothing(CapturedOutput output) throws Exception {
		try (InputStream stream = open(this.clients.spring())) {
			assertThat(stream.readAllBytes()).asString().isEqualTo(BODY);
			assertThat(this.clients.snapshot().leased()).as("at its end").isZero();
		}
		try (InputStream stream = open(this.clients.spring())) {
			assertThat(stream.read()).isEqualTo('a');
			assertThat(this.clients.snapshot().leased()).isEqualTo(1);
		}
		open(this.clients.spring()).close();
		PoolSnapshot snapshot = this.clients.snapshot();
		assertThat(snapshot.leased()).isZero();
		assertThat(snapshot.available()).isEqualTo(1);
		assertThat(this.server.connectionsAccepted()).isEqualTo(1);
		readOneByteAndForget(this.clients.spring());
		GarbageCollection.until(() -> assertThat(this.clients.leaks().reports()).as("the last one alone").hasSize(1));
		assertThat(output.toString().lines().filter((line) -> line.contains(" WARN "))).hasSize(1);
	}

	@Test
	@DisplayName("L8 control: HttpClient's own pool never gets a dropped InputStream back")
	void plainPoolNeverGetsADroppedInputStreamBack() throws Exception {
		PoolingHttpClientConnectionManager manager = new PoolingHttpClientConnectionManager();
		try (CloseableHttpClient httpClient = ManagedClients.plainHttpClient(manager, 2, Duration.ofMillis(100))) {
			WeakReference<InputStream> dropped = new WeakReference<>(open(SpringClients.plain(httpClient)));
			GarbageCollection.until(() -> assertThat(dropped.get()).isNull());
			assertThat(manager.getTotalStats().getLeased()).isEqualTo(1);
		}
	}

}
