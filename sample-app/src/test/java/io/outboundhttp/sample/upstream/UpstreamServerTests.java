package io.outboundhttp.sample.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.test.util.TestSocketUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link UpstreamServer}, spoken to in plain HTTP/1.1.
 */
class UpstreamServerTests {

	private final Set<Thread> threadsBefore = threads();

	private final UpstreamProperties properties = new UpstreamProperties();

	private final TroubleSwitches switches = new TroubleSwitches();

	private final UpstreamServer server;

	UpstreamServerTests() {
		this.properties.setPort(TestSocketUtils.findAvailableTcpPort());
		this.server = new UpstreamServer(this.properties, this.switches, JsonMapper.shared());
	}

	@AfterEach
	void stopAndLookForThreads() {
		this.server.stop();
		Awaitility.await().untilAsserted(() -> assertThat(threads()).isSubsetOf(this.threadsBefore));
	}

	@Test
	void connectionIsKept() throws IOException {
		this.server.start();
		try (Socket socket = connect()) {
			for (int i = 0; i < 200; i++) {
				assertThat(exchange(socket, "/catalog/items/tea-01.json")).startsWith("HTTP/1.1 200")
					.endsWith("\"grams\":110}\n");
			}
		}
	}

	@Test
	void rootOfAServiceSaysWhatItIs() throws IOException {
		this.server.start();
		try (Socket socket = connect()) {
			assertThat(exchange(socket, "/payments/")).endsWith("{\"service\":\"payments\"}\n");
		}
	}

	@Test
	void closingIsAnnounced() throws IOException {
		this.switches.set("catalog", Trouble.of("closing", null, null, null));
		this.server.start();
		try (Socket socket = connect()) {
			assertThat(exchange(socket, "/catalog/")).containsIgnoringCase("connection: close");
			assertThat(socket.getInputStream().read()).isEqualTo(-1);
		}
	}

	@Test
	void closingIsNotAnnouncedIfSoWished() throws IOException {
		this.switches.set("catalog", Trouble.of("closing", null, null, false));
		this.server.start();
		try (Socket socket = connect()) {
			assertThat(exchange(socket, "/catalog/")).startsWith("HTTP/1.1 200")
				.doesNotContainIgnoringCase("connection: close");
			assertThat(socket.getInputStream().read()).isEqualTo(-1);
		}
	}

	@Test
	void stopDoesNotWaitForSlowAnswers() throws IOException {
		this.switches.set("catalog", Trouble.of("slow", 60000L, null, null));
		this.server.start();
		try (Socket socket = connect()) {
			send(socket, "/catalog/");
			Awaitility.await().until(() -> threads().stream().anyMatch(UpstreamServerTests::isPausing));
			this.server.stop();
			assertThat(this.server.isRunning()).isFalse();
		}
	}

	@Test
	void startsAgainOnTheSamePort() throws IOException {
		this.server.start();
		this.server.stop();
		this.server.start();
		try (Socket socket = connect()) {
			assertThat(exchange(socket, "/shipping/")).startsWith("HTTP/1.1 200");
		}
	}

	@Test
	void portInUseIsSaid() throws IOException {
		try (ServerSocket taken = new ServerSocket(this.properties.getPort(), 1, InetAddress.getLoopbackAddress())) {
			assertThatExceptionOfType(PortInUseException.class).isThrownBy(this.server::start)
				.satisfies((ex) -> assertThat(ex.getPort()).isEqualTo(taken.getLocalPort()));
		}
	}

	@Test
	void portZeroIsRefused() {
		this.properties.setPort(0);
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> new UpstreamServer(this.properties, this.switches, JsonMapper.shared()))
			.withMessageContaining("sample.upstream.port");
	}

	private Socket connect() throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.properties.getPort());
		socket.setSoTimeout(10000);
		return socket;
	}

	private static String exchange(Socket socket, String path) throws IOException {
		send(socket, path);
		InputStream in = socket.getInputStream();
		StringBuilder head = new StringBuilder();
		while (head.indexOf("\r\n\r\n") == -1) {
			head.append((char) in.read());
		}
		int start = head.indexOf("Content-Length: ") + "Content-Length: ".length();
		int length = Integer.parseInt(head.substring(start, head.indexOf("\r\n", start)));
		return head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
	}

	private static void send(Socket socket, String path) throws IOException {
		OutputStream out = socket.getOutputStream();
		out.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
		out.flush();
	}

	private static boolean isPausing(Thread thread) {
		for (StackTraceElement element : thread.getStackTrace()) {
			if (element.getClassName().equals(TroubleValve.class.getName())
					&& element.getMethodName().equals("pause")) {
				return true;
			}
		}
		return false;
	}

	private static Set<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("http-nio") || thread.getName().startsWith("container-")
					|| thread.getName().startsWith("Catalina"))
			.collect(Collectors.toSet());
	}

}
