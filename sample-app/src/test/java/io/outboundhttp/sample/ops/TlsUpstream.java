package io.outboundhttp.sample.ops;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;

import org.springframework.util.FileSystemUtils;

/**
 * Upstream that speaks TLS, with a certificate that is made for it.
 */
final class TlsUpstream implements AutoCloseable {

	private static final String PASSWORD = "changeit";

	private final HttpsServer server;

	private final Path keyStore;

	private TlsUpstream(HttpsServer server, Path keyStore) {
		this.server = server;
		this.keyStore = keyStore;
	}

	/**
	 * Start an upstream.
	 * @param days for how long its certificate is valid
	 * @return the running upstream
	 */
	static TlsUpstream start(int days) {
		try {
			Path keyStore = Files.createTempDirectory("upstream").resolve("upstream.p12");
			Programs.run(Path.of(System.getProperty("java.home"), "bin", "keytool"), "-genkeypair", "-keyalg", "EC",
					"-alias", "upstream", "-dname", "CN=localhost", "-ext", "SAN=IP:127.0.0.1", "-validity",
					String.valueOf(days), "-storetype", "PKCS12", "-keystore", keyStore.toString(), "-storepass",
					PASSWORD);
			HttpsServer server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
			server.setHttpsConfigurator(new HttpsConfigurator(context(keyStore)));
			server.createContext("/", (exchange) -> {
				exchange.sendResponseHeaders(204, -1);
				exchange.close();
			});
			server.start();
			return new TlsUpstream(server, keyStore);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static SSLContext context(Path file) throws IOException {
		try (InputStream content = Files.newInputStream(file)) {
			KeyStore keyStore = KeyStore.getInstance("PKCS12");
			keyStore.load(content, PASSWORD.toCharArray());
			KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
			keys.init(keyStore, PASSWORD.toCharArray());
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(keys.getKeyManagers(), null, null);
			return context;
		}
		catch (GeneralSecurityException ex) {
			throw new IOException(ex);
		}
	}

	String url() {
		return "https://127.0.0.1:" + this.server.getAddress().getPort();
	}

	/**
	 * Return the file with the key and the certificate.
	 */
	Path keyStore() {
		return this.keyStore;
	}

	String password() {
		return PASSWORD;
	}

	@Override
	public void close() throws IOException {
		this.server.stop(0);
		FileSystemUtils.deleteRecursively(this.keyStore.getParent());
	}

}
