package io.outboundhttp.benchmarks.rotation;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Self-signed certificates of a server and of two clients, made with the keytool of the
 * running JDK, and the store of the client that is rotated.
 */
final class KeyStores {

	static final String PASSWORD = "benchmark";

	static final List<String> CLIENTS = List.of("client-a", "client-b");

	private static final String SERVER = "server";

	private final Path directory;

	private KeyStores(Path directory) {
		this.directory = directory;
	}

	/**
	 * Make the stores.
	 * @param directory where to put them
	 * @return the stores
	 * @throws IOException if they cannot be written
	 * @throws GeneralSecurityException if they cannot be made
	 * @throws InterruptedException if the thread is interrupted
	 */
	static KeyStores create(Path directory) throws IOException, GeneralSecurityException, InterruptedException {
		KeyStores stores = new KeyStores(directory);
		stores.generate(SERVER, "-ext", "san=ip:127.0.0.1");
		for (String client : CLIENTS) {
			stores.generate(client);
		}
		stores.trust("client-trust", List.of(SERVER));
		stores.trust("server-trust", CLIENTS);
		stores.rotate(CLIENTS.get(0));
		return stores;
	}

	private void generate(String name, String... options) throws IOException, InterruptedException {
		Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
		List<String> command = new ArrayList<>(List.of(keytool.toString(), "-genkeypair", "-keystore",
				file(name).toString(), "-storetype", "PKCS12", "-storepass", PASSWORD, "-alias", name, "-dname",
				"CN=" + name, "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2"));
		command.addAll(List.of(options));
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(this.directory.resolve("keytool.log").toFile())
			.start();
		if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
			process.destroyForcibly();
			throw new IOException("keytool failed for " + name);
		}
	}

	private void trust(String name, List<String> trusted) throws IOException, GeneralSecurityException {
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(null, null);
		for (String each : trusted) {
			store.setCertificateEntry(each, load(each).getCertificate(each));
		}
		try (OutputStream out = Files.newOutputStream(file(name))) {
			store.store(out, PASSWORD.toCharArray());
		}
	}

	private KeyStore load(String name) throws IOException, GeneralSecurityException {
		KeyStore store = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(file(name))) {
			store.load(in, PASSWORD.toCharArray());
		}
		return store;
	}

	private Path file(String name) {
		return this.directory.resolve(name + ".p12");
	}

	/**
	 * Put the certificate of a client where the application has its own.
	 * @param client name of the client
	 * @throws IOException if it cannot be written
	 */
	void rotate(String client) throws IOException {
		Path next = Files.copy(file(client), file("next"), StandardCopyOption.REPLACE_EXISTING);
		Files.move(next, file("rotated"), StandardCopyOption.ATOMIC_MOVE);
	}

	/**
	 * Return the properties of the bundle that is rotated.
	 * @param quietMillis how long its file must be left alone before it is read
	 * @return command line arguments
	 */
	String[] properties(long quietMillis) {
		String prefix = "--spring.ssl.bundle.jks.rotated.";
		return new String[] { prefix + "keystore.location=" + file("rotated").toUri(), prefix + "keystore.type=PKCS12",
				prefix + "keystore.password=" + PASSWORD,
				prefix + "truststore.location=" + file("client-trust").toUri(), prefix + "truststore.type=PKCS12",
				prefix + "truststore.password=" + PASSWORD, prefix + "reload-on-update=true",
				"--spring.ssl.bundle.watch.file.quiet-period=" + quietMillis + "ms" };
	}

	SSLContext serverContext() throws IOException, GeneralSecurityException {
		KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		keys.init(load(SERVER), PASSWORD.toCharArray());
		TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(load("server-trust"));
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
		return context;
	}

}
