package io.outboundhttp.autoconfigure.slice;

import java.util.Objects;

import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.TestHttpServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.restclient.test.autoconfigure.AutoConfigureMockRestServiceServer;
import org.springframework.boot.restclient.test.autoconfigure.RestClientTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.web.client.MockRestServiceServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.client.match.MockRestRequestMatchers.requestTo;
import static org.springframework.test.web.client.response.MockRestResponseCreators.withSuccess;

/**
 * Tests for {@link RestClientTest} slices. Their contexts are not kept: an open one has a
 * thread that other tests would take for a leak.
 */
@Timeout(120)
class RestClientSliceTests {

	private static @Nullable TestHttpServer server;

	@BeforeAll
	static void start() {
		server = TestHttpServer.start();
	}

	@AfterAll
	static void stop() {
		if (server != null) {
			server.close();
		}
	}

	/**
	 * Slice of a component with Boot's builder.
	 */
	@Nested
	@DirtiesContext
	@RestClientTest(components = BuilderUser.class)
	@SuppressWarnings("NullAway.Init")
	class BuilderSlice {

		@Autowired
		private BuilderUser user;

		@Autowired
		private MockRestServiceServer mock;

		@Autowired
		private OutboundHttpClients clients;

		@Test
		void talksToTheMockServer() {
			this.mock.expect(requestTo("http://any.invalid/x")).andRespond(withSuccess());
			this.user.client().get().uri("http://any.invalid/x").retrieve().toBodilessEntity();
			this.mock.verify();
			assertThat(this.clients.openPools()).isEmpty();
		}

	}

	/**
	 * Slice of a component with a named client, beside others that nobody uses.
	 */
	@Nested
	@DirtiesContext
	@RestClientTest(components = ClientUser.class,
			properties = { "outbound-http.clients.stock.base-url=http://stock.invalid",
					"outbound-http.clients.prices.base-url=http://prices.invalid" })
	@SuppressWarnings("NullAway.Init")
	class ClientSlice {

		@Autowired
		private ClientUser user;

		@Autowired
		private MockRestServiceServer mock;

		@Test
		void talksToTheMockServer() {
			this.mock.expect(requestTo("http://stock.invalid/x")).andRespond(withSuccess());
			this.user.client().get().uri("/x").retrieve().toBodilessEntity();
			this.mock.verify();
		}

	}

	/**
	 * Slice without a mock server, which has no builder bean of Boot's.
	 */
	@Nested
	@DirtiesContext
	@RestClientTest(components = BuilderUser.class)
	@AutoConfigureMockRestServiceServer(enabled = false)
	@ExtendWith(OutputCaptureExtension.class)
	@SuppressWarnings("NullAway.Init")
	class RealSlice {

		@Autowired
		private BuilderUser user;

		@Autowired
		private OutboundHttpClients clients;

		@Test
		void usesTheManagedPool(CapturedOutput output) {
			TestHttpServer target = Objects.requireNonNull(server);
			assertThat(this.user.client().get().uri(target.url("/x")).retrieve().body(String.class)).isEqualTo("ok");
			assertThat(this.clients.openPools()).extracting((pool) -> pool.getName()).containsExactly("default");
			assertThat(output).contains("now use pooled Apache HttpClient 5").doesNotContain("not managed");
		}

	}

}
