package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

import io.outboundhttp.testsupport.RotatedBundle;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.context.ApplicationContext;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Control for {@link TlsReloadTests}: the same without us.
 */
class TlsReloadControlTests {

	@Test
	@DisplayName("S1 control: on plain Boot a rotated certificate reaches neither a live client nor a new one")
	void rotatedCertificateReachesNobody(@TempDir Path directory) throws IOException {
		RotatedBundle bundle = new RotatedBundle(directory);
		try (TestHttpServer server = TestHttpServer.startTls(TestCertificates.get().serverContext(), true)) {
			TakeoverTestContexts.plainBoot()
				.withPropertyValues(bundle.properties("rotated"))
				.withPropertyValues("spring.http.clients.ssl.bundle=rotated")
				.run((context) -> {
					RestClient before = newClient(context);
					assertThat(principal(before, server)).isEqualTo("CN=client-a");
					context.getBean(SslBundleRegistry.class)
						.updateBundle("rotated", RotatedBundle.of(TestCertificates.CLIENT_B));
					server.closeConnections();
					assertThat(principal(before, server)).isEqualTo("CN=client-a");
					assertThat(principal(newClient(context), server)).isEqualTo("CN=client-a");
				});
		}
	}

	private static RestClient newClient(ApplicationContext context) {
		return context.getBean(RestClient.Builder.class).build();
	}

	private static String principal(RestClient client, TestHttpServer server) {
		int before = server.requests().size();
		client.get().uri(server.url()).retrieve().toBodilessEntity();
		return Objects.requireNonNull(server.requests().get(before).peerPrincipal()).getName();
	}

}
