package io.outboundhttp.client;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;

import io.outboundhttp.GarbageCollection;
import io.outboundhttp.LeakReport;
import io.outboundhttp.OutboundHttpAttributes;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.LeakDetection;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.http.client.ClientHttpResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for requests whose responses may be held for any time.
 */
class LeakExemptionTests {

	@RegisterExtension
	private final PoolLeakExtension extension = new PoolLeakExtension();

	private final TestHttpServer server = TestHttpServer.start();

	private final ManagedClients clients = new ManagedClients(this.extension, LeakDetection.DEFAULT, 5);

	@AfterEach
	void stop() {
		this.server.close();
	}

	/**
	 * The second response that is suspected proves that a whole sweep has passed over the
	 * others.
	 */
	@Test
	@DisplayName("L1 a response is not suspected where an attribute of the request or of the context says so")
	void exemptResponsesAreNotSuspected() throws IOException {
		this.extension.expectWarning("a connection is held, and nothing was read from it");
		try (ClientHttpResponse spring = hold("/spring", true); ClassicHttpResponse raw = holdRaw()) {
			for (int i = 1; i <= 2; i++) {
				try (ClientHttpResponse other = hold("/other", false)) {
					int found = i;
					this.clients.time().advance(Duration.ofHours(1));
					await().untilAsserted(() -> assertThat(this.clients.leaks().reports()).hasSize(found));
					assertThat(other.getStatusCode().value()).isEqualTo(200);
				}
			}
			assertThat(this.clients.leaks().reports()).extracting((report) -> report.lease().uriTemplate())
				.containsOnly(this.server.url("/other"));
			assertThat(this.clients.snapshot().leaks().suspected()).isZero();
			assertThat(spring.getStatusCode().value()).isEqualTo(raw.getCode());
		}
	}

	@Test
	@DisplayName("L1 an exempt response that is dropped is abandoned all the same")
	void exemptResponseThatIsDroppedIsAbandoned() {
		this.extension.expectWarning("a response was dropped without being closed");
		WeakReference<ClientHttpResponse> dropped = new WeakReference<>(hold("/spring", true));
		GarbageCollection.until(() -> assertThat(this.clients.leaks().reports()).hasSize(1));
		assertThat(dropped.get()).isNull();
		assertThat(this.clients.leaks().reports()).extracting(LeakReport::kind)
			.containsExactly(LeakReport.Kind.ABANDONED);
		assertThat(this.clients.snapshot().leased()).isZero();
	}

	private ClientHttpResponse hold(String path, boolean exempt) {
		return this.clients.spring()
			.restClient()
			.get()
			.uri(this.server.url(path))
			.attribute(OutboundHttpAttributes.LEAK_EXEMPT, exempt)
			.exchangeForRequiredValue((request, response) -> response, false);
	}

	private ClassicHttpResponse holdRaw() throws IOException {
		HttpClientContext context = HttpClientContext.create();
		context.setAttribute(OutboundHttpAttributes.LEAK_EXEMPT, true);
		return this.clients.httpClient().executeOpen(null, new HttpGet(this.server.url("/raw")), context);
	}

}
