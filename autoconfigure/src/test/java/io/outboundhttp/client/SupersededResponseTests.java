package io.outboundhttp.client;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.outboundhttp.LeakReport;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.LeakDetection;
import io.outboundhttp.pool.LeakDetection.Reclaim;
import io.outboundhttp.pool.LeakDetection.StackTraces;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpRequest;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.ResourceAccessException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the responses that interceptors leave open behind the application's back. The
 * interceptors keep what they leave open, so that no garbage collection helps.
 */
@ExtendWith(OutputCaptureExtension.class)
class SupersededResponseTests {

	private static final String LINE = "Client 'payments': a response was left open by an interceptor";

	@RegisterExtension
	private final PoolLeakExtension extension = new PoolLeakExtension();

	private final TestHttpServer server = TestHttpServer.start();

	@BeforeEach
	void expectWarning() {
		this.extension.allowWarning("a response was left open by an interceptor");
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private ManagedClients clients(int maxPerRoute) {
		return new ManagedClients(this.extension, ManagedClients.WITHOUT_THRESHOLD, maxPerRoute);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("L3 an interceptor that throws after each response exhausts nothing and is named once")
	void throwingInterceptorExhaustsNothingAndIsNamedOnce(SpringApi api, CapturedOutput output) {
		ManagedClients clients = clients(5);
		failTwentyTimes(clients, api, new ThrowingInterceptor());
		assertThat(clients.leaks().reports()).hasSize(20).allSatisfy((report) -> {
			assertThat(report.kind()).isEqualTo(LeakReport.Kind.SUPERSEDED);
			assertThat(report.reclaimed()).isTrue();
			assertThat(report.lease().stack()).extracting(StackTraceElement::getClassName)
				.contains(ThrowingInterceptor.class.getName());
		});
		assertThat(clients.snapshot().leaks().supersededTotal()).isEqualTo(20);
		assertThat(clients.snapshot().recentLeaks()).hasSize(20);
		assertThat(clients.snapshot().connections().timeouts()).isZero();
		assertThat(lines(output, " WARN ")).singleElement()
			.asString()
			.contains(LINE)
			.contains(": " + ThrowingInterceptor.class.getName() + " (");
	}

	@Test
	@DisplayName("L3 where stacks are sampled, the interceptor that throws is named from the second leak on")
	void throwingInterceptorIsNamedWhereStacksAreSampled(CapturedOutput output) {
		LeakDetection sampled = new LeakDetection(true, null, StackTraces.SAMPLED, Reclaim.ABANDONED,
				Duration.ofMinutes(5));
		ManagedClients clients = new ManagedClients(this.extension, sampled, 5);
		failTwentyTimes(clients, SpringApi.REST_CLIENT, new ThrowingInterceptor());
		assertThat(clients.leaks().reports()).hasSize(20);
		assertThat(lines(output, ": " + ThrowingInterceptor.class.getName() + " (")).hasSize(1);
		assertThat(lines(output, LINE)).hasSizeLessThanOrEqualTo(2);
	}

	/**
	 * The last ones are found in the background, a second after they failed.
	 */
	private void failTwentyTimes(ManagedClients clients, SpringApi api, ThrowingInterceptor interceptor) {
		for (int i = 0; i < 20; i++) {
			assertThatIllegalStateException()
				.isThrownBy(() -> api.get(clients.spring(), this.server.url(), interceptor))
				.withMessage("the interceptor gave up");
		}
		clients.time().advance(Duration.ofSeconds(2));
		await().untilAsserted(() -> assertThat(clients.leaks().reports()).hasSize(20));
		assertThat(clients.snapshot().leased()).isZero();
		assertThat(this.server.requests()).hasSize(20);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("L3 control: on HttpClient's own pool an interceptor that throws exhausts it")
	void throwingInterceptorExhaustsThePlainPool(SpringApi api) throws IOException {
		PoolingHttpClientConnectionManager manager = new PoolingHttpClientConnectionManager();
		try (CloseableHttpClient httpClient = ManagedClients.plainHttpClient(manager, 5, Duration.ofMillis(100))) {
			ThrowingInterceptor interceptor = new ThrowingInterceptor();
			for (int i = 0; i < 5; i++) {
				assertThatIllegalStateException()
					.isThrownBy(() -> api.get(SpringClients.plain(httpClient), this.server.url(), interceptor));
			}
			assertThat(manager.getTotalStats().getLeased()).isEqualTo(5);
			assertThatExceptionOfType(ResourceAccessException.class)
				.isThrownBy(() -> api.get(SpringClients.plain(httpClient), this.server.url(), interceptor))
				.withCauseInstanceOf(ConnectionRequestTimeoutException.class);
		}
	}

	@ParameterizedTest
	@CsvSource({ "REST_CLIENT, 5", "REST_CLIENT, 1", "REST_TEMPLATE, 5", "REST_TEMPLATE, 1" })
	@DisplayName("L3 the responses that a retry loop forgets are closed with the last one, or when it would have to wait")
	void responsesThatARetryLoopForgetsAreClosed(SpringApi api, int maxPerRoute, CapturedOutput output) {
		ManagedClients clients = clients(maxPerRoute);
		this.server.handleAll(failing(2));
		Retrying interceptor = new Retrying();
		assertThat(api.get(clients.spring(), this.server.url(), interceptor)).isEqualTo("done");
		assertThat(clients.snapshot().leased()).isZero();
		assertThat(this.server.requests()).hasSize(3);
		await().untilAsserted(() -> assertThat(clients.leaks().reports()).hasSize(2));
		assertThat(clients.leaks().reports()).extracting(LeakReport::kind).containsOnly(LeakReport.Kind.SUPERSEDED);
		assertThat(lines(output, " WARN ")).singleElement()
			.asString()
			.contains(LINE)
			.contains(": " + Retrying.class.getName() + " (");
		assertThat(api.get(clients.spring(), this.server.url(), interceptor)).isEqualTo("done");
		assertThat(clients.leaks().reports()).as("nothing else").hasSize(2);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("L3 control: on HttpClient's own pool the responses that a retry loop forgets stay leased")
	void responsesThatARetryLoopForgetsStayLeasedInThePlainPool(SpringApi api) throws IOException {
		PoolingHttpClientConnectionManager manager = new PoolingHttpClientConnectionManager();
		this.server.handleAll(failing(2));
		try (CloseableHttpClient httpClient = ManagedClients.plainHttpClient(manager, 5, Duration.ofMillis(100))) {
			Retrying interceptor = new Retrying();
			assertThat(api.get(SpringClients.plain(httpClient), this.server.url(), interceptor)).isEqualTo("done");
			assertThat(manager.getTotalStats().getLeased()).isEqualTo(2);
		}
	}

	@Test
	@DisplayName("L3 an interceptor that is a lambda is named by its class and method")
	void lambdaIsNamed(CapturedOutput output) {
		ManagedClients clients = clients(1);
		this.server.handleAll(failing(1));
		List<ClientHttpResponse> kept = new ArrayList<>();
		ClientHttpRequestInterceptor lambda = (request, body, execution) -> {
			kept.add(execution.execute(request, body));
			return execution.execute(request, body);
		};
		assertThat(SpringApi.REST_CLIENT.get(clients.spring(), this.server.url(), lambda)).isEqualTo("done");
		await().untilAsserted(() -> assertThat(lines(output, LINE)).singleElement()
			.asString()
			.contains(": " + SupersededResponseTests.class.getName() + ".lambda$lambdaIsNamed$"));
	}

	private static Handler failing(int times) {
		AtomicInteger left = new AtomicInteger(times);
		return (exchange) -> {
			if (left.getAndDecrement() > 0) {
				exchange.respond(500, "broken");
			}
			else {
				exchange.respond(200, "done");
			}
		};
	}

	private static List<String> lines(CapturedOutput output, String text) {
		return output.toString().lines().filter((line) -> line.contains(text)).toList();
	}

	/**
	 * Interceptor that sends the request again, and forgets the response before.
	 */
	private static final class Retrying implements ClientHttpRequestInterceptor {

		private final List<ClientHttpResponse> left = new ArrayList<>();

		@Override
		public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
				throws IOException {
			ClientHttpResponse response;
			while ((response = execution.execute(request, body)).getStatusCode() == HttpStatus.INTERNAL_SERVER_ERROR) {
				this.left.add(response);
			}
			return response;
		}

	}

}
