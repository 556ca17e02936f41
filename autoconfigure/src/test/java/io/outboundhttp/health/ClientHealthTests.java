package io.outboundhttp.health;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import io.outboundhttp.testsupport.Endpoints;
import io.outboundhttp.LeakDetectedEvent;
import io.outboundhttp.LeakReport;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.actuate.endpoint.ClientDescriptor;
import io.outboundhttp.autoconfigure.OutboundHttpAutoConfiguration;
import io.outboundhttp.client.HealthRules;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.RotatedBundle;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.http.client.ClientHttpResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the health of a client as its pool leaks, starves and recovers.
 */
class ClientHealthTests {

	private final TestHttpServer server = TestHttpServer.start();

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withInitializer(this.leaks)
		.withConfiguration(AutoConfigurations.of(OutboundHttpAutoConfiguration.class))
		.withPropertyValues("outbound-http.clients.a.pool.max-per-route=4",
				"outbound-http.clients.a.leak-detection.threshold=50ms");

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	@DisplayName("O8 suspected leaks below the ratio are told, from the ratio on the client is down, and up again after")
	void leaksTurnTheClientDownFromTheRatioOn() {
		this.leaks.expectWarning("a connection is held, and nothing was read from it");
		this.runner.run((context) -> {
			ClientHttpResponse first = hold(context);
			await().until(() -> Integer.valueOf(1).equals(health(context).getDetails().get("suspectedLeaks")));
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
			ClientHttpResponse second = hold(context);
			await().until(() -> Integer.valueOf(2).equals(health(context).getDetails().get("suspectedLeaks")));
			assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);
			assertThat(health(context).getDetails()).containsEntry("problems", List.of("leaking"))
				.containsEntry("leased", 2)
				.containsEntry("available", 0)
				.containsEntry("pending", 0);
			ClientDescriptor shown = shown(context);
			assertThat(shown.status()).isEqualTo("DOWN");
			assertThat(shown.leaks().suspected()).isEqualTo(2);
			assertThat(shown.leases()).hasSize(2)
				.allSatisfy((lease) -> assertThat(lease.phase()).isEqualTo("response-unread"));
			assertThat(shown.recentLeaks()).hasSize(2)
				.allSatisfy((leak) -> assertThat(leak.kind()).isEqualTo("suspected"));
			first.close();
			second.close();
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
			assertThat(health(context).getDetails()).containsEntry("available", 2).containsEntry("suspectedLeaks", 0);
			assertThat(this.server.requests()).as("health sends no request").hasSize(2);
		});
	}

	@Test
	void leaksThatNeedNotTurnTheClientDownAreTold() {
		this.leaks.expectWarning("a connection is held, and nothing was read from it");
		this.runner.withPropertyValues("outbound-http.health.down-on=", "outbound-http.health.leak-ratio=0.25")
			.run((context) -> {
				ClientHttpResponse held = hold(context);
				await().until(() -> health(context).getDetails().containsKey("problems"));
				assertThat(health(context).getStatus()).isEqualTo(Status.UP);
				assertThat(health(context).getDetails()).containsEntry("problems", List.of("leaking"));
				held.close();
			});
	}

	@Test
	@DisplayName("S2 the days that certificates are valid, and a reload that failed, are told")
	void certificatesAreTold() {
		try (TestHttpServer tls = TestHttpServer.startTls(TestCertificates.get().serverContext(), true)) {
			this.runner.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
				.withPropertyValues(TestCertificates.get().pemBundle("mine", TestCertificates.CLIENT_A))
				.withPropertyValues("outbound-http.clients.a.ssl.bundle=mine")
				.run((context) -> {
					context.getBean(OutboundHttpClients.class)
						.restClient("a")
						.get()
						.uri(tls.url())
						.retrieve()
						.toBodilessEntity();
					assertThat(health(context).getDetails()).containsEntry("sslBundle", "mine")
						.containsEntry("certificateExpiresInDays", 28L)
						.containsEntry("trustExpiresInDays", 28L)
						.doesNotContainKey("sslReloadFailed");
					this.leaks.expectWarning("SSL bundle 'mine' was updated, but cannot be used");
					context.getBean(SslBundleRegistry.class)
						.updateBundle("mine", RotatedBundle.of(TestCertificates.CLIENT_A, TestCertificates.CLIENT_B));
					assertThat(health(context).getDetails()).containsKey("sslReloadFailed");
					assertThat(health(context).getStatus()).isEqualTo(Status.UP);
				});
		}
	}

	@Test
	void callersThatAreNeverServedMakeTheClientStarve() {
		this.runner
			.withPropertyValues("outbound-http.clients.a.pool.max-per-route=1",
					"outbound-http.clients.a.pool.acquire-timeout=30s",
					"outbound-http.clients.a.leak-detection.threshold=1m", "outbound-http.health.down-on=starving",
					"outbound-http.health.starvation-threshold=10ms")
			.run((context) -> {
				ClientHttpResponse held = hold(context);
				Thread waiting = new Thread(() -> hold(context).close());
				waiting.start();
				await().atMost(Duration.ofSeconds(20)).until(() -> health(context).getStatus().equals(Status.DOWN));
				assertThat(health(context).getDetails()).containsEntry("problems", List.of("starving"))
					.containsEntry("pending", 1);
				held.close();
				waiting.join(10_000);
				await().atMost(Duration.ofSeconds(20)).until(() -> health(context).getStatus().equals(Status.UP));
			});
	}

	@Test
	void leakIsPublishedAsApplicationEvent() {
		this.leaks.expectWarning("a connection is held, and nothing was read from it");
		List<LeakReport> reports = new CopyOnWriteArrayList<>();
		this.runner
			.withInitializer((context) -> context.addApplicationListener(
					(ApplicationListener<LeakDetectedEvent>) (event) -> reports.add(event.getReport())))
			.run((context) -> {
				ClientHttpResponse held = hold(context);
				await().until(() -> reports.size() == 1);
				assertThat(reports.get(0).kind()).isEqualTo(LeakReport.Kind.SUSPECTED);
				assertThat(reports.get(0).lease().client()).isEqualTo("a");
				held.close();
			});
	}

	@Test
	@DisplayName("L11 a client whose connections all leaked is down, then serves again and is up, without a restart")
	void totallyLeakedClientIsUpAgainOnceItsLeasesAreReclaimed() {
		this.leaks.expectWarning("a connection is held, and nothing was read from it");
		this.leaks.expectWarning("a connection was held for too long");
		List<LeakReport> reports = new CopyOnWriteArrayList<>();
		this.runner
			.withPropertyValues("outbound-http.clients.a.leak-detection.reclaim=overdue",
					"outbound-http.clients.a.leak-detection.reclaim-after=3s",
					"outbound-http.clients.a.pool.acquire-timeout=30s")
			.withInitializer((context) -> context.addApplicationListener(
					(ApplicationListener<LeakDetectedEvent>) (event) -> reports.add(event.getReport())))
			.run((context) -> {
				List<ClientHttpResponse> held = Stream.generate(() -> hold(context)).limit(4).toList();
				await().until(() -> health(context).getStatus().equals(Status.DOWN));
				hold(context).close();
				await().until(() -> health(context).getStatus().equals(Status.UP));
				assertThat(health(context).getDetails()).containsEntry("leased", 0).containsEntry("suspectedLeaks", 0);
				await().until(() -> reports.size() == 8);
				assertThat(reports.stream().filter(LeakReport::reclaimed)).as("once for each lease").hasSize(4);
				assertThat(shown(context).leaks().reclaimed()).isEqualTo(4);
				held.forEach(ClientHttpResponse::close);
				assertThat(this.server.requests()).as("nothing is sent again").hasSize(5);
			});
	}

	private ClientHttpResponse hold(ApplicationContext context) {
		return context.getBean(OutboundHttpClients.class)
			.restClient("a")
			.get()
			.uri(this.server.url("/x"))
			.exchangeForRequiredValue((request, response) -> response, false);
	}

	private static Health health(ApplicationContext context) {
		OutboundHttpHealthContributor contributor = new OutboundHttpHealthContributor(
				context.getBean(OutboundHttpClients.class), context.getBean(HealthRules.class));
		HealthIndicator indicator = (HealthIndicator) Objects.requireNonNull(contributor.getContributor("a"));
		return Objects.requireNonNull(indicator.health(true));
	}

	private static ClientDescriptor shown(ApplicationContext context) {
		return Objects.requireNonNull(
				Endpoints.create(context.getBean(OutboundHttpClients.class), context.getBean(HealthRules.class))
					.client("a"));
	}

}
