package io.outboundhttp.testsupport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link BlackHole}.
 */
@Timeout(60)
class BlackHoleTests {

	@Test
	void silentEndpointConnectsAndNeverAnswers() throws Exception {
		try (BlackHole blackHole = BlackHole.silent(); Socket socket = new Socket("127.0.0.1", blackHole.port())) {
			socket.getOutputStream().write('a');
			socket.setSoTimeout(100);
			assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> socket.getInputStream().read());
		}
	}

	@Test
	void unconnectableEndpointLetsConnectHang() throws Exception {
		try (BlackHole blackHole = BlackHole.unconnectable()) {
			for (int i = 0; i < 3; i++) {
				assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> connect(blackHole, 200));
			}
			assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> connect(blackHole, 1500));
		}
	}

	@Test
	void closeFreesPort() {
		BlackHole blackHole = BlackHole.silent();
		int port = blackHole.port();
		blackHole.close();
		assertThat(blackHole.url("/a")).isEqualTo("http://127.0.0.1:" + port + "/a");
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> connect(blackHole, 1000));
	}

	private void connect(BlackHole blackHole, int timeoutMillis) throws IOException {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress("127.0.0.1", blackHole.port()), timeoutMillis);
		}
	}

}
