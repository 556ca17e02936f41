package io.outboundhttp.testsupport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Sockets}.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
class SocketsTests {

	@Test
	void socketIsEstablishedThenWaitsForItsCloseThenIsGone() throws IOException {
		try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			int port = server.getLocalPort();
			assertThat(Sockets.connectedTo(port)).as("none yet").isEmpty();
			try (Socket client = new Socket(server.getInetAddress(), port)) {
				try (Socket accepted = server.accept()) {
					assertThat(Sockets.connectedTo(port)).singleElement()
						.returns(Sockets.State.ESTABLISHED, Sockets.Socket::state)
						.returns(client.getLocalPort(), Sockets.Socket::localPort);
					assertThat(Sockets.connectedTo(client.getLocalPort())).as("the side of the server")
						.singleElement()
						.returns(accepted.getLocalPort(), Sockets.Socket::localPort);
				}
				await().untilAsserted(() -> assertThat(Sockets.connectedTo(port)).singleElement()
					.returns(Sockets.State.CLOSE_WAIT, Sockets.Socket::state));
			}
			assertThat(Sockets.connectedTo(port)).as("closed").isEmpty();
		}
	}

}
