package io.outboundhttp.autoconfigure;

import java.util.List;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.admission.Threads;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.http.client.ClientHttpResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests for the threads that work for all pools in the background.
 */
class BackgroundThreadTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	@ParameterizedTest
	@EnumSource
	@DisplayName("V3 with virtual threads switched on, our two threads are platform daemon threads")
	void backgroundThreadsAreDaemonPlatformThreads(Threads kind) {
		assumeTrue(kind.available(), "there are no virtual threads before Java 21");
		try (TestHttpServer server = TestHttpServer.start()) {
			ClientsRunner.create()
				.withInitializer(this.leaks)
				.withPropertyValues("spring.threads.virtual.enabled=true",
						"outbound-http.clients.a.leak-detection.reclaim=overdue")
				.run((context) -> {
					OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
					Thread caller = kind.start("first-caller", () -> {
						try (ClientHttpResponse response = clients.restClient("a")
							.get()
							.uri(server.url())
							.exchangeForRequiredValue((request, held) -> held, false)) {
							assertThat(response.getHeaders()).isNotNull();
							await().until(() -> this.leaks.threads().size() == 2);
						}
					});
					caller.join(20_000);
					// only platform threads can be seen this way
					List<Thread> threads = this.leaks.threads();
					assertThat(threads).extracting(Thread::getName)
						.containsExactly("outbound-http-clock", "outbound-http-upkeep");
					assertThat(threads).allMatch(Thread::isDaemon);
				});
		}
	}

}
