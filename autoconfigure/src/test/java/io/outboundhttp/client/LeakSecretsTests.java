package io.outboundhttp.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;

import io.outboundhttp.GarbageCollection;
import io.outboundhttp.LeaseReclaimedException;
import io.outboundhttp.PoolExhaustedException;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.LeakDetection;
import io.outboundhttp.pool.LeakDetection.Reclaim;
import io.outboundhttp.pool.LeakDetection.StackTraces;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests that a leak is told without the secrets of its request, on every level and way.
 */
@ExtendWith(OutputCaptureExtension.class)
class LeakSecretsTests {

	private static final String SECRET = "geheim";

	@RegisterExtension
	private final PoolLeakExtension extension = new PoolLeakExtension();

	private final TestHttpServer server = TestHttpServer.start().handleAll(Handler.respond(200, "x".repeat(1 << 20)));

	private final ManagedClients clients = new ManagedClients(this.extension,
			new LeakDetection(true, Duration.ofSeconds(30), StackTraces.ALWAYS, Reclaim.OVERDUE, Duration.ofMinutes(5)),
			3);

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	@DisplayName("L1 paths, queries and header values are in no log, report, snapshot or exception")
	void leaksAreToldWithoutSecrets(CapturedOutput output) throws Exception {
		this.extension.expectWarning("a response was dropped without being closed");
		this.extension.expectWarning("a connection is held, and nothing was read from it");
		this.extension.expectWarning("a connection was held for too long");
		try (ClassicHttpResponse raw = openRaw(); InputStream spring = openSpring()) {
			StringBuilder told = new StringBuilder();
			try (InputStream third = openSpring()) {
				told.append(text(exhaust())).append(this.clients.snapshot());
				assertThat(third.read()).isEqualTo('x');
			}
			dropSpring();
			GarbageCollection.until(() -> assertThat(this.clients.leaks().reports()).hasSize(1));
			this.clients.time().advance(Duration.ofSeconds(30));
			await().untilAsserted(() -> assertThat(this.clients.leaks().reports()).hasSize(3));
			told.append(this.clients.snapshot());
			this.clients.time().advance(Duration.ofMinutes(5));
			await().untilAsserted(() -> assertThat(this.clients.leaks().reports()).hasSize(5));
			InputStream content = raw.getEntity().getContent();
			told.append(text(catchThrowableOfType(LeaseReclaimedException.class, content::readAllBytes)));
			told.append(text(catchThrowableOfType(LeaseReclaimedException.class, spring::readAllBytes)));
			told.append(this.clients.snapshot()).append(this.clients.leaks().reports());
			assertThat(told).contains("/items/{id}, ", "RESPONSE_UNREAD", "READING").doesNotContain(SECRET);
		}
		assertThat(this.server.requests()).as("secrets were sent")
			.hasSize(4)
			.allSatisfy((request) -> assertThat(request.target() + request.header("Authorization")).contains(SECRET));
		assertThat(output).contains(" WARN ", "GET " + this.server.url() + "/items/{id}, ").doesNotContain(SECRET);
	}

	private ClassicHttpResponse openRaw() throws IOException {
		HttpGet get = new HttpGet(this.server.url("/geheim?key=geheim"));
		get.setHeader("Authorization", "Bearer geheim");
		return this.clients.httpClient().executeOpen(null, get, null);
	}

	private InputStream openSpring() throws IOException {
		return this.clients.spring()
			.restClient()
			.get()
			.uri(this.server.url("/items/{id}?key=geheim&token={token}"), "geheim", "geheim")
			.header("Authorization", "Bearer geheim")
			.exchangeForRequiredValue((request, response) -> response.getBody(), false);
	}

	private void dropSpring() throws IOException {
		openSpring();
	}

	private PoolExhaustedException exhaust() {
		return catchThrowableOfType(PoolExhaustedException.class, this::openRaw);
	}

	private static List<String> text(Throwable failure) {
		StringWriter text = new StringWriter();
		failure.printStackTrace(new PrintWriter(text));
		return text.toString().lines().filter((line) -> !line.startsWith("\t")).toList();
	}

}
