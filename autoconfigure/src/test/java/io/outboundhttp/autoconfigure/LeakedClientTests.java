package io.outboundhttp.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import io.outboundhttp.GarbageCollection;
import io.outboundhttp.LeakDetectedEvent;
import io.outboundhttp.LeakReport;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for leaks through the beans of configured clients.
 */
@ExtendWith(OutputCaptureExtension.class)
class LeakedClientTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final List<LeakReport> reports = new CopyOnWriteArrayList<>();

	private final TestHttpServer server = TestHttpServer.start();

	private final ApplicationContextRunner runner = ClientsRunner.create()
		.withInitializer(this.leaks)
		.withInitializer((context) -> context.addApplicationListener(
				(ApplicationListener<LeakDetectedEvent>) (event) -> this.reports.add(event.getReport())))
		.withPropertyValues("outbound-http.clients.payments.base-url=" + this.server.url(),
				"outbound-http.clients.payments.leak-detection.stack-traces=always",
				"outbound-http.clients.payments.pool.max-per-route=2",
				"outbound-http.clients.payments.pool.acquire-timeout=30s");

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	@DisplayName("L1 abandoned responses of a RestClient bean are published with their template, and healed")
	void abandonedResponsesArePublishedAndHealed() {
		this.runner.run((context) -> {
			this.leaks.expectWarning("a response was dropped without being closed");
			RestClient payments = restClient(context, "payments");
			exchangeWithoutClose(payments);
			exchangeWithoutClose(payments);
			CompletableFuture<String> third = CompletableFuture
				.supplyAsync(() -> String.valueOf(payments.get().uri("/").retrieve().body(String.class)));
			GarbageCollection.until(() -> assertThat(third).isDone());
			assertThat(third.join()).isEqualTo("ok");
			GarbageCollection.until(() -> assertThat(this.reports).hasSize(2));
			assertThat(this.reports).allSatisfy((report) -> {
				assertThat(report.kind()).isEqualTo(LeakReport.Kind.ABANDONED);
				assertThat(report.lease().uriTemplate()).isEqualTo(this.server.url("/items/{id}"));
				assertThat(report.lease().stack()).extracting(StackTraceElement::getMethodName)
					.contains("exchangeWithoutClose");
			});
			assertThat(snapshot(context, "payments").leaks()).isEqualTo(new PoolSnapshot.Leaks(0, 0, 0, 2, 0, 2));
		});
	}

	private static void exchangeWithoutClose(RestClient client) {
		assertThat(open(client)).isNotNull();
	}

	private static ClientHttpResponse open(RestClient client) {
		return client.get().uri("/items/{id}", 7).exchangeForRequiredValue((request, response) -> response, false);
	}

	@ParameterizedTest
	@ValueSource(classes = { RestClient.class, RestTemplate.class })
	@DisplayName("L3 an interceptor on a bean that throws after each response exhausts nothing and is published")
	void responsesOfAThrowingInterceptorAreReleasedAndPublished(Class<?> api, CapturedOutput output) {
		this.leaks.expectWarning("a response was left open by an interceptor");
		List<Object> kept = new ArrayList<>();
		ClientHttpRequestInterceptor throwing = (request, body, execution) -> {
			kept.add(request);
			kept.add(execution.execute(request, body));
			throw new IllegalStateException("the interceptor gave up");
		};
		this.runner.run((context) -> {
			Runnable call = (api == RestClient.class) ? callOfRestClient(context, throwing)
					: callOfRestTemplate(context, throwing);
			for (int i = 0; i < 20; i++) {
				assertThatIllegalStateException().isThrownBy(call::run).withMessage("the interceptor gave up");
			}
			await().until(() -> this.reports.size() == 20);
			assertThat(this.reports).extracting(LeakReport::kind).containsOnly(LeakReport.Kind.SUPERSEDED);
			PoolSnapshot snapshot = snapshot(context, "payments");
			assertThat(snapshot.leased()).isZero();
			assertThat(snapshot.connections().timeouts()).isZero();
		});
		assertThat(kept).hasSize(40);
		assertThat(output.toString()
			.lines()
			.filter((line) -> line.contains(" WARN ") && line.contains("Client 'payments'"))).singleElement()
			.asString()
			.contains("Client 'payments': a response was left open by an interceptor")
			.contains(LeakedClientTests.class.getName() + ".lambda$responsesOfAThrowingInterceptor");
	}

	private static Runnable callOfRestClient(ApplicationContext context, ClientHttpRequestInterceptor interceptor) {
		RestClient client = restClient(context, "payments").mutate().requestInterceptor(interceptor).build();
		return () -> client.get().uri("/").retrieve().toBodilessEntity();
	}

	private static Runnable callOfRestTemplate(ApplicationContext context, ClientHttpRequestInterceptor interceptor) {
		RestTemplate template = context.getBean(OutboundHttpClients.class).restTemplate("payments");
		template.getInterceptors().add(interceptor);
		return () -> template.getForObject("/", String.class);
	}

	@ParameterizedTest
	@ValueSource(strings = { "enabled=false", "threshold=0" })
	@DisplayName("L1 a client that is exempt is not suspected beside one that is")
	void exemptClientIsNotSuspected(String exemption) {
		this.leaks.expectWarning("a connection is held, and nothing was read from it");
		this.runner
			.withPropertyValues("outbound-http.clients.payments.leak-detection.threshold=50ms",
					"outbound-http.clients.exempt.base-url=" + this.server.url(),
					"outbound-http.clients.exempt.leak-detection." + exemption)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				try (ClientHttpResponse exempt = open(restClient(context, "exempt"))) {
					for (int i = 1; i <= 2; i++) {
						int found = i;
						try (ClientHttpResponse suspected = open(restClient(context, "payments"))) {
							await().until(() -> this.reports.size() == found);
							assertThat(suspected.getStatusText()).isEqualTo(exempt.getStatusText());
						}
					}
				}
				assertThat(this.reports).extracting((report) -> report.lease().client()).containsOnly("payments");
				assertThat(snapshot(context, "exempt").leaks().suspectedTotal()).isZero();
			});
	}

	private static RestClient restClient(ApplicationContext context, String client) {
		return context.getBean(OutboundHttpClients.class).restClient(client);
	}

	private static PoolSnapshot snapshot(ApplicationContext context, String client) {
		return context.getBean(OutboundHttpClients.class).pool(client).snapshot();
	}

}
