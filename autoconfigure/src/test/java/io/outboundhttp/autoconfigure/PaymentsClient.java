package io.outboundhttp.autoconfigure;

import java.io.IOException;

import io.outboundhttp.CallPhase;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.CloseReason;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.pool.RetryDenial;
import io.outboundhttp.pool.RetryReason;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Client "payments" in an application context that knows nothing but properties.
 */
final class PaymentsClient {

	private final AssertableApplicationContext context;

	private final OutboundHttpClients clients;

	private PaymentsClient(AssertableApplicationContext context) {
		this.context = context;
		this.clients = context.getBean(OutboundHttpClients.class);
	}

	/**
	 * Run a test with the client. It must give back all connections.
	 * @param leaks what looks after the context
	 * @param baseUrl base URL of the client
	 * @param test the test
	 * @param settings settings of the client as {@code name=value}; keys that start with
	 * {@code spring} or {@code outbound-http} are complete
	 */
	static void run(PoolLeakExtension leaks, String baseUrl, Test test, String... settings) {
		run(runner(leaks, baseUrl, settings), test);
	}

	static ApplicationContextRunner runner(PoolLeakExtension leaks, String baseUrl, String... settings) {
		String[] properties = new String[settings.length + 1];
		properties[0] = key("base-url=" + baseUrl);
		for (int i = 0; i < settings.length; i++) {
			properties[i + 1] = settings[i].startsWith("spring.") || settings[i].startsWith("outbound-http.")
					? settings[i] : key(settings[i]);
		}
		return ClientsRunner.withProperties(properties).withInitializer(leaks);
	}

	static void run(ApplicationContextRunner runner, Test test) {
		runner.run((context) -> {
			assertThat(context).hasNotFailed();
			PaymentsClient client = new PaymentsClient(context);
			test.run(client);
			client.awaitNothingLeased();
		});
	}

	private static String key(String setting) {
		return "outbound-http.clients.payments." + setting;
	}

	/**
	 * Wait for the connections that callers have been told of, but that are not back yet.
	 */
	void awaitNothingLeased() {
		if (this.context.isActive()) {
			await().untilAsserted(() -> assertThat(snapshot())
				.matches((snapshot) -> snapshot.leased() == 0 && snapshot.pending() == 0, "nothing leased or pending"));
		}
	}

	AssertableApplicationContext context() {
		return this.context;
	}

	OutboundHttpClients clients() {
		return this.clients;
	}

	RestClient restClient() {
		return this.clients.restClient("payments");
	}

	HttpClient httpClient() {
		return this.clients.httpClient("payments");
	}

	/**
	 * Send a request, with a body if its method has one, and read the response.
	 * @return the status
	 */
	int send(String method, String url, String... headers) throws IOException {
		return this.httpClient().execute(request(method, url, headers), (response) -> {
			if (response.getEntity() != null) {
				EntityUtils.toByteArray(response.getEntity());
			}
			return response.getCode();
		});
	}

	static ClassicHttpRequest request(String method, String url, String... headers) {
		ClassicRequestBuilder request = ClassicRequestBuilder.create(method).setUri(url);
		for (int i = 0; i < headers.length; i += 2) {
			request.addHeader(headers[i], headers[i + 1]);
		}
		if (method.startsWith("P")) {
			request.setEntity("{\"amount\":1}", ContentType.APPLICATION_JSON);
		}
		return request.build();
	}

	PoolSnapshot snapshot() {
		return this.clients.pool("payments").snapshot();
	}

	long retries(RetryReason reason) {
		return this.snapshot().calls().retries().getOrDefault(reason, 0L);
	}

	/**
	 * Return how often requests were sent again for any reason.
	 */
	long retries() {
		return this.snapshot().calls().retries().values().stream().mapToLong(Long::longValue).sum();
	}

	long denied(RetryDenial reason) {
		return this.snapshot().calls().retriesDenied().getOrDefault(reason, 0L);
	}

	long timeouts(CallPhase phase) {
		return this.snapshot().calls().timeouts().getOrDefault(phase, 0L);
	}

	long opened() {
		return this.snapshot().connections().opened();
	}

	long closed(CloseReason reason) {
		return this.snapshot().connections().closed().getOrDefault(reason, 0L);
	}

	/**
	 * What is done with the client.
	 */
	interface Test {

		void run(PaymentsClient client) throws Exception;

	}

}
