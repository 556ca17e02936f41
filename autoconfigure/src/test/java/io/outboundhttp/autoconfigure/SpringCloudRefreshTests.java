package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.context.refresh.ContextRefresher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Test with Spring Cloud's own refresh, of a file that has changed.
 */
class SpringCloudRefreshTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	@Test
	@Timeout(60)
	@DisplayName("H1 a refresh by Spring Cloud reaches live clients")
	void refreshReachesLiveClients(@TempDir Path directory) throws IOException {
		Path file = directory.resolve("application.yml");
		try (TestHttpServer server = TestHttpServer.start()) {
			write(file, "before", 3);
			try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
				.web(WebApplicationType.NONE)
				.initializers(this.leaks)
				.run("--spring.config.location=" + file.toUri())) {
				OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
				RestClient client = clients.restClient("payments");
				client.get().uri(server.url()).retrieve().toBodilessEntity();
				write(file, "after", 4);
				assertThat(context.getBean(ContextRefresher.class).refresh()).hasSize(2);
				client.get().uri(server.url()).retrieve().toBodilessEntity();
				assertThat(server.requests()).extracting((request) -> request.header("User-Agent"))
					.containsExactly("before", "after");
				assertThat(clients.pool("payments").snapshot().maxPerRoute()).isEqualTo(4);
			}
		}
	}

	private static void write(Path file, String userAgent, int maxPerRoute) throws IOException {
		Files.writeString(file, """
				outbound-http:
				  clients:
				    payments:
				      user-agent: %s
				      pool:
				        max-per-route: %d
				""".formatted(userAgent, maxPerRoute));
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

}
