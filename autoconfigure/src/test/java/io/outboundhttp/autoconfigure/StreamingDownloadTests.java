package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;

import io.outboundhttp.GarbageCollection;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.LoggedLines;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a large response is never held in memory.
 */
@Timeout(60)
class StreamingDownloadTests {

	private static final int MIB = 1024 * 1024;

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	@Test
	@DisplayName("I1 a download of 100 MiB streams with a flat heap, all limits and the log on")
	void downloadStreamsWithAFlatHeap() {
		CountDownLatch measured = new CountDownLatch(1);
		try (TestHttpServer server = TestHttpServer.start().handle("/large", (exchange) -> large(exchange, measured));
				LoggedLines log = LoggedLines.trace("io.outboundhttp")) {
			PaymentsClient.run(this.leaks, server.url(), (client) -> {
				client.restClient().get().uri("/warm").retrieve().toBodilessEntity();
				try (InputStream body = client.restClient()
					.get()
					.uri("/large")
					.retrieve()
					.requiredBody(InputStream.class)) {
					body.skipNBytes(MIB);
					long before = usedAfterCollection();
					body.skipNBytes(98 * MIB);
					GarbageCollection.until(() -> assertThat(usedAfterCollection() - before).isLessThan(5 * MIB));
					measured.countDown();
					assertThat(body.readAllBytes()).hasSize(MIB);
				}
				assertThat(client.opened()).isEqualTo(1);
				assertThat(log.list()).noneMatch((line) -> line.length() > 10_000);
			}, "max-response-size=100MB", "call-timeout=1m", "retry.max-retries=2");
		}
	}

	private static void large(Exchange exchange, CountDownLatch measured) throws IOException {
		exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + 100 * MIB + "\r\n\r\n");
		byte[] piece = new byte[MIB];
		for (int i = 0; i < 99; i++) {
			exchange.write(piece);
		}
		exchange.await(measured);
		exchange.write(piece);
	}

	private static long usedAfterCollection() {
		System.gc();
		Runtime runtime = Runtime.getRuntime();
		return runtime.totalMemory() - runtime.freeMemory();
	}

}
