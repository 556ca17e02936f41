package io.outboundhttp.autoconfigure;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

import io.outboundhttp.client.OutboundHttpClients;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.client.ClientHttpRequestFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for environment variables and system properties: they reach the client that is
 * meant, make no client of a misspelt name, and never stop the start.
 */
@ExtendWith(OutputCaptureExtension.class)
class EnvironmentVariableTests {

	@TempDir
	Path directory;

	@ParameterizedTest
	@CsvSource({ "payments-api, OUTBOUNDHTTP_CLIENTS_PAYMENTSAPI_POOL_MAXTOTAL",
			"payments-api, OUTBOUND_HTTP_CLIENTS_PAYMENTS_API_POOL_MAX_TOTAL",
			"geoService, OUTBOUNDHTTP_CLIENTS_GEOSERVICE_POOL_MAXTOTAL", "geo, OUTBOUNDHTTP_CLIENTS_GEO_POOL_MAXTOTAL",
			"geo, OUTBOUND_HTTP_CLIENTS_GEO_POOL_MAX_TOTAL", "geo, outboundhttp_clients_geo_pool_maxtotal" })
	void variableReachesClientOfFileAndMakesNoOther(String client, String variable, CapturedOutput output) {
		ApplicationStart start = start("outbound-http.clients.%s.pool.max-total: 5".formatted(client))
			.variable(variable, "9");
		try (ConfigurableApplicationContext context = start.run()) {
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			assertThat(clients.names()).containsExactly("default", client);
			assertThat(clients.pool(client).snapshot().maxTotal()).isEqualTo(9);
			assertThat(LiveClientView.of(context, client).setting("pool.max-total").origin())
				.contains("\"" + variable + "\"");
			assertThat(context.getBeanNamesForType(ClientHttpRequestFactory.class))
				.filteredOn((name) -> name.startsWith("outboundHttp."))
				.containsExactlyInAnyOrder("outboundHttp.default.requestFactory",
						"outboundHttp." + client + ".requestFactory");
		}
		assertThat(output).doesNotContain(" WARN ");
	}

	@ParameterizedTest
	@CsvSource({ "payments-api", "geoService", "geo" })
	void variableForKeyThatFileDoesNotSetArrivesToo(String client) {
		String variable = "OUTBOUNDHTTP_CLIENTS_%s_POOL_MAXPERROUTE"
			.formatted(client.replace("-", "").toUpperCase(Locale.ROOT));
		ApplicationStart start = start("outbound-http.clients.%s.pool.max-total: 50".formatted(client))
			.variable(variable, "9");
		try (ConfigurableApplicationContext context = start.run()) {
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			assertThat(clients.names()).containsExactly("default", client);
			assertThat(clients.pool(client).snapshot().maxPerRoute()).isEqualTo(9);
		}
	}

	@ParameterizedTest
	@CsvSource({ "OUTBOUNDHTTP_DEFAULTS_POOL_MAXTOTAL", "OUTBOUND_HTTP_DEFAULTS_POOL_MAX_TOTAL" })
	void variableReachesDefaults(String variable) {
		try (ConfigurableApplicationContext context = start("").variable(variable, "9").run()) {
			assertThat(context.getBean(OutboundHttpClients.class).pool("default").snapshot().maxTotal()).isEqualTo(9);
		}
	}

	@Test
	void clientOfVariablesAloneExists(CapturedOutput output) {
		ApplicationStart start = start("").variable("OUTBOUNDHTTP_CLIENTS_STOCK_BASEURL", "http://localhost:1")
			.variable("OUTBOUNDHTTP_CLIENTS_STOCK_POOL_MAXTOTAL", "9");
		try (ConfigurableApplicationContext context = start.run()) {
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			assertThat(clients.names()).isEqualTo(Set.of("default", "stock"));
			assertThat(clients.pool("stock").snapshot().maxTotal()).isEqualTo(9);
			assertThat(context.containsBean("outboundHttp.stock.restClient")).isTrue();
		}
		assertThat(output).doesNotContain(" WARN ");
	}

	@ParameterizedTest
	@CsvSource({ "OUTBOUNDHTTP_CLIENTS_GEO_POOL_MAXTOTL, OUTBOUNDHTTP_CLIENTS_GEO_POOL_MAXTOTAL",
			"OUTBOUND_HTTP_CLIENTS_GEO_POOL_MAX_TOTL, OUTBOUND_HTTP_CLIENTS_GEO_POOL_MAX_TOTAL",
			"OUTBOUNDHTTP_DEFAULTS_READTIMOUT, OUTBOUNDHTTP_DEFAULTS_READTIMEOUT",
			"OUTBOUNDHTTP_TAKOVER, OUTBOUNDHTTP_TAKEOVER" })
	void variableThatMatchesNoKeyIsWarningWithNearest(String variable, String nearest, CapturedOutput output) {
		start("outbound-http.clients.geo.pool.max-total: 5").variable(variable, "geheim").run().close();
		assertThat(output).containsPattern(
				" WARN .*Environment variable %s sets nothing; did you mean '%s'\\?".formatted(variable, nearest));
		assertThat(output).doesNotContain("geheim");
	}

	@Test
	void foreignVariablesAndPropertiesAreNoneOfOurBusiness(CapturedOutput output) {
		start("").variable("OUTBOUND", "x")
			.variable("HTTP_PROXY", "x")
			.systemProperty("outbound-httpx.y", "z")
			.run()
			.close();
		assertThat(output).doesNotContain(" WARN ");
	}

	@Test
	void variableOfKubernetesServiceIsNoFailure(CapturedOutput output) {
		start("").variable("OUTBOUND_HTTP_SERVICE_HOST", "10.0.0.1").run().close();
		assertThat(output).containsPattern(" WARN .*Environment variable OUTBOUND_HTTP_SERVICE_HOST sets nothing");
	}

	@Test
	void systemPropertyThatMatchesNoKeyIsWarningWithNearest(CapturedOutput output) {
		start("outbound-http.clients.geo.pool.max-total: 5")
			.systemProperty("outbound-http.clients.geo.pool.max-totl", "geheim")
			.run()
			.close();
		assertThat(output).containsPattern(
				" WARN .*outbound-http.clients.geo.pool.max-totl .*did you mean 'outbound-http.clients.geo.pool.max-total'");
		assertThat(output).doesNotContain("geheim");
	}

	@Test
	void systemPropertyReachesClient() {
		try (ConfigurableApplicationContext context = start("outbound-http.clients.geo.pool.max-total: 5")
			.systemProperty("outbound-http.clients.geo.pool.max-total", "9")
			.run()) {
			assertThat(context.getBean(OutboundHttpClients.class).pool("geo").snapshot().maxTotal()).isEqualTo(9);
		}
	}

	private ApplicationStart start(String yaml) {
		return new ApplicationStart(this.directory, yaml);
	}

}
