package io.outboundhttp.sample.demo;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;
import org.springframework.stereotype.Component;

/**
 * What to open and to try, printed once with the real ports.
 */
@Component
class StartupNotes implements ApplicationRunner {

	private static final Logger logger = LoggerFactory.getLogger(StartupNotes.class);

	private static final String NOTES = """
			The order service is ready on {app}

			  Place an order
			    curl -i {app}/orders -H 'Content-Type: application/json' \\
			      -d '{"customer":"c-17","country":"DE","items":[{"sku":"tea-01","quantity":2}]}'
			    (articles: tea-01 tea-02 pot-01 cup-01 tin-01)
			  Open (a browser shows a page, curl the same as JSON)
			    {management}/actuator/outboundhttp            all clients and their pools
			    {management}/actuator/outboundhttp/payments   one client, with its settings and their origins
			    {management}/actuator/health                  component outboundHttp
			  Put load on the clients, and watch it
			    curl -X POST '{app}/demo/load?clients=16&rps=200&seconds=20'
			    curl {app}/demo/load
			""";

	private static final String UPSTREAM_NOTES = """
			  Make trouble in an upstream (mode: slow, failing, closing, none)
			    curl -X POST '{app}/demo/trouble?service=catalog&mode=slow&delay=3000'
			    curl -X POST '{app}/demo/trouble?service=shipping&mode=failing&share=0.5'
			    curl -X POST '{app}/demo/trouble?service=payments&mode=closing&announce=false'
			    curl -X DELETE {app}/demo/trouble
			""";

	private static final String LEAK_NOTES = """
			  Leak responses, see on the page after ten seconds which line leaks, and close them
			    curl -X POST '{app}/demo/leak?client=payments&count=10'
			    curl -X DELETE {app}/demo/leak
			  Drop responses, and see them come back after a garbage collection
			    curl -X POST '{app}/demo/leak?client=payments&count=10&dropped=true'
			    jcmd <pid> GC.run
			""";

	private static final String NO_LEAK_NOTES = """
			  Leak responses on demand
			    restart with --spring.profiles.active=demo
			""";

	private static final String OWN_SERVER_NOTES = """
			  Use a server of your own as catalog
			    restart with --outbound-http.clients.catalog.base-url=http://127.0.0.1:8090
			    It answers GET /items/tea-01.json, as any web server with a file of that name does:
			    {"sku":"tea-01","name":"Darjeeling","price":12.90,"grams":110}
			    At present the catalog is {catalog}
			""";

	private final Environment environment;

	StartupNotes(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void run(ApplicationArguments args) {
		logger.info("{}{}", System.lineSeparator(), notes());
	}

	private String notes() {
		boolean upstream = this.environment.getProperty("sample.upstream.enabled", Boolean.class, true);
		boolean leaks = this.environment.acceptsProfiles(Profiles.of("demo"));
		String port = this.environment.getProperty("local.server.port", "8080");
		String managementPort = this.environment.getProperty("local.management.port", port);
		String catalog = this.environment.getProperty("outbound-http.clients.catalog.base-url", "not configured");
		String notes = NOTES + (upstream ? UPSTREAM_NOTES : "") + (leaks ? LEAK_NOTES : NO_LEAK_NOTES)
				+ OWN_SERVER_NOTES;
		return notes.replace("{app}", "http://127.0.0.1:" + port)
			.replace("{management}", "http://127.0.0.1:" + managementPort)
			.replace("{catalog}", catalog);
	}

}
