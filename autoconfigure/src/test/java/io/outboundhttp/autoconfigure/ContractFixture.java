package io.outboundhttp.autoconfigure;

import java.util.List;

import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.testsupport.LoggedWarnings;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestHttpServer;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.support.TestPropertySourceUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Server and application for the tests of a class that ask the same of a managed client
 * as of any other. Each must leave the pools as it found them.
 */
final class ContractFixture implements AutoCloseable {

	private final TestHttpServer server;

	private final LoggedWarnings warnings = LoggedWarnings.of("io.outboundhttp");

	private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	/**
	 * Start an application with a client "payments".
	 * @param server the server, which is closed with the application
	 */
	ContractFixture(TestHttpServer server) {
		this.server = server;
		TestPropertySourceUtils.addInlinedPropertiesToEnvironment(this.context,
				"outbound-http.clients.payments.base-url=" + server.url(),
				"outbound-http.clients.payments.read-timeout=4321ms");
		this.context.register(Application.class);
		this.context.refresh();
	}

	OutboundHttpClients clients() {
		return this.context.getBean(OutboundHttpClients.class);
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	String url(String path) {
		return this.server.url(path);
	}

	/**
	 * Return the request that came last.
	 */
	RecordedRequest received() {
		List<RecordedRequest> requests = this.server.requests();
		return requests.get(requests.size() - 1);
	}

	/**
	 * Let a scenario take place twice, on one connection.
	 */
	void twice(Scenario scenario) throws Exception {
		int before = this.server.connectionsAccepted();
		scenario.run();
		scenario.run();
		assertThat(this.server.failures()).isEmpty();
		assertThat(this.server.connectionsAccepted() - before).as("new connections").isLessThan(2);
		verifyUnused();
	}

	/**
	 * Wait until all connections are back.
	 */
	void verifyUnused() {
		for (ConnectionPool pool : clients().openPools()) {
			if (!isUnused(pool.snapshot())) {
				await().until(pool::snapshot, ContractFixture::isUnused);
			}
		}
	}

	private static boolean isUnused(PoolSnapshot snapshot) {
		return snapshot.leased() == 0 && snapshot.pending() == 0;
	}

	@Override
	public void close() {
		this.context.close();
		this.server.awaitNoOpenConnections();
		this.server.close();
		this.warnings.close();
		assertThat(this.warnings.list()).isEmpty();
	}

	/**
	 * What is asked of a client.
	 */
	interface Scenario {

		void run() throws Exception;

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ OutboundHttpAutoConfiguration.class, OutboundHttpTakeoverAutoConfiguration.class,
			SslAutoConfiguration.class, HttpClientAutoConfiguration.class, ImperativeHttpClientAutoConfiguration.class,
			HttpMessageConvertersAutoConfiguration.class, JacksonAutoConfiguration.class,
			RestClientAutoConfiguration.class, RestTemplateAutoConfiguration.class })
	static class Application {

	}

}
