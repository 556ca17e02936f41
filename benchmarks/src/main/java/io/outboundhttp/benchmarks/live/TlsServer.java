package io.outboundhttp.benchmarks.live;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.Executors;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;

/**
 * HTTPS server in a process of its own, with a certificate that is made for it.
 */
final class TlsServer implements AutoCloseable {

	static final String PASSWORD = "benchmark";

	private static final Path BIN = Path.of(System.getProperty("java.home"), "bin");

	private final Process process;

	private final int port;

	private final Path directory;

	private TlsServer(Process process, int port, Path directory) {
		this.process = process;
		this.port = port;
		this.directory = directory;
	}

	/**
	 * Start the server.
	 * @return the server
	 * @throws IOException if it does not start
	 * @throws InterruptedException if this thread is interrupted
	 */
	static TlsServer start() throws IOException, InterruptedException {
		Path directory = Files.createTempDirectory("warm-up");
		int exit = command(BIN.resolve("keytool").toString(), "-genkeypair", "-alias", "server", "-keyalg", "RSA",
				"-keysize", "2048", "-dname", "CN=localhost", "-ext", "san=dns:localhost", "-validity", "2",
				"-storetype", "PKCS12", "-keystore", keyStore(directory).toString(), "-storepass", PASSWORD)
			.waitFor();
		if (exit != 0) {
			throw new IOException("keytool has ended with " + exit);
		}
		Process process = command(BIN.resolve("java").toString(), "-Xmx64m", "-classpath",
				System.getProperty("java.class.path"), TlsServer.class.getName(), keyStore(directory).toString());
		BufferedReader output = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
		String port = output.readLine();
		if (port == null) {
			throw new IOException("the server did not start");
		}
		return new TlsServer(process, Integer.parseInt(port), directory);
	}

	private static Process command(String... command) throws IOException {
		return new ProcessBuilder(List.of(command)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
	}

	private static Path keyStore(Path directory) {
		return directory.resolve("server.p12");
	}

	String url() {
		return "https://localhost:" + this.port + "/";
	}

	String trustStore() {
		return keyStore(this.directory).toUri().toString();
	}

	@Override
	public void close() throws IOException {
		this.process.destroy();
		this.process.onExit().join();
		Files.delete(keyStore(this.directory));
		Files.delete(this.directory);
	}

	/**
	 * Serve until the process is ended.
	 * @param args path of the key store
	 * @throws IOException if the server does not start
	 * @throws GeneralSecurityException if there is no key
	 */
	public static void main(String[] args) throws IOException, GeneralSecurityException {
		KeyStore keyStore = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(Path.of(args[0]))) {
			keyStore.load(in, PASSWORD.toCharArray());
		}
		KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		keys.init(keyStore, PASSWORD.toCharArray());
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(keys.getKeyManagers(), null, null);
		HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		server.setHttpsConfigurator(new HttpsConfigurator(context));
		server.setExecutor(Executors.newCachedThreadPool());
		byte[] body = "ok".getBytes(StandardCharsets.US_ASCII);
		server.createContext("/", (exchange) -> {
			try (exchange) {
				exchange.sendResponseHeaders(200, body.length);
				exchange.getResponseBody().write(body);
			}
		});
		server.start();
		System.out.println(server.getAddress().getPort());
	}

}
