package io.outboundhttp.benchmarks.call;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.outboundhttp.benchmarks.load.ThreadKind;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolSnapshot;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.client.RestClient;

/**
 * A RestClient of a running application.
 */
final class BootClient {

	private static final String CLIENT = "upstream";

	private BootClient() {
	}

	/**
	 * Start an application with the starter: all settings default but the limits, meters
	 * bound.
	 */
	static OpenPeer managed(String url, Load load) {
		String pool = "--outbound-http.clients." + CLIENT + ".pool.";
		ConfigurableApplicationContext context = start(load, "--outbound-http.clients." + CLIENT + ".base-url=" + url,
				pool + "max-per-route=" + load.connections(), pool + "max-total=" + load.connections());
		OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
		ConnectionPool opened = clients.pool(CLIENT);
		return new OpenPeer(new RestClientExchange(clients.restClient(CLIENT)), () -> {
			PoolSnapshot snapshot = opened.snapshot();
			return snapshot.leased() + snapshot.pending();
		}, context::close);
	}

	/**
	 * Start an application without the starter, and take Boot's builder as it is.
	 * @param factory value of {@code spring.http.clients.imperative.factory}
	 */
	static OpenPeer plain(String url, Load load, String factory) {
		ConfigurableApplicationContext context = start(load, "--outbound-http.enabled=false",
				"--spring.http.clients.imperative.factory=" + factory);
		RestClient restClient = context.getBean(RestClient.Builder.class).baseUrl(url).build();
		return OpenPeer.of(new RestClientExchange(restClient), context::close);
	}

	private static ConfigurableApplicationContext start(Load load, String... properties) {
		List<String> args = new ArrayList<>(List.of("--spring.main.banner-mode=off", "--logging.level.root=error",
				"--spring.threads.virtual.enabled=" + (load.threads() == ThreadKind.VIRTUAL)));
		args.addAll(Arrays.asList(properties));
		return new SpringApplicationBuilder(CallApplication.class).web(WebApplicationType.NONE)
			.run(args.toArray(String[]::new));
	}

}
