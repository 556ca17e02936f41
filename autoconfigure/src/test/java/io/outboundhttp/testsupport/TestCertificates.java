package io.outboundhttp.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import org.jspecify.annotations.Nullable;

/**
 * TLS material made once per JVM with the keytool of the running JDK: a CA, a server
 * certificate for {@code localhost} and 127.0.0.1, and two client certificates, as PKCS12
 * and as PEM files in a temporary directory that goes with the JVM. Immutable.
 */
public final class TestCertificates {

	/**
	 * Name of the server's key: file name, alias and common name.
	 */
	public static final String SERVER = "server";

	/**
	 * Name of one client's key: file name, alias and common name.
	 */
	public static final String CLIENT_A = "client-a";

	/**
	 * Name of the other client's key: file name, alias and common name.
	 */
	public static final String CLIENT_B = "client-b";

	/**
	 * Name of a server's key whose certificate has expired.
	 */
	public static final String EXPIRED = "expired";

	/**
	 * Name of a server's key whose certificate is for another host.
	 */
	public static final String OTHER_HOST = "other-host";

	/**
	 * Name of a server's key whose certificate nobody has signed.
	 */
	public static final String SELF_SIGNED = "self-signed";

	private static final String CA = "ca";

	private static final String HERE = "san=dns:localhost,ip:127.0.0.1";

	private static final String PASSWORD = "test-password";

	private static final int KEYTOOL_TIMEOUT_SECONDS = 60;

	private final Path directory;

	private TestCertificates(Path directory) {
		this.directory = directory;
	}

	/**
	 * Return the material of this JVM, which the first call makes (about two seconds).
	 * @return the material
	 */
	public static TestCertificates get() {
		return Holder.INSTANCE;
	}

	/**
	 * Return what a server needs: its key, and trust in the client certificates.
	 * @return a new context
	 */
	public SSLContext serverContext() {
		return context(SERVER);
	}

	/**
	 * Return what a server needs that nobody should trust. The first call for a name
	 * makes its key (about a second).
	 * @param name {@link #EXPIRED}, {@link #OTHER_HOST} or {@link #SELF_SIGNED}
	 * @return a new context
	 */
	public SSLContext wrongServerContext(String name) {
		issueWrong(name);
		return context(name);
	}

	/**
	 * Return what a client needs that trusts the server and has no key.
	 * @return a new context
	 */
	public SSLContext trustOnlyContext() {
		return context(null);
	}

	/**
	 * Return what a client needs that trusts the server and has a key.
	 * @param name {@link #CLIENT_A} or {@link #CLIENT_B}
	 * @return a new context
	 */
	public SSLContext clientContext(String name) {
		return context(name);
	}

	/**
	 * Return the password of all stores and of the keys in them.
	 * @return the password
	 */
	public String password() {
		return PASSWORD;
	}

	/**
	 * Return a PKCS12 store with one key and its chain.
	 * @param name {@link #SERVER}, {@link #CLIENT_A} or {@link #CLIENT_B}
	 * @return the file
	 */
	public Path keyStore(String name) {
		return this.directory.resolve(name + ".p12");
	}

	/**
	 * Return the PKCS12 store with the certificate of the CA alone.
	 * @return the file
	 */
	public Path trustStore() {
		return this.directory.resolve("trust.p12");
	}

	/**
	 * Return a certificate with its chain in PEM.
	 * @param name {@link #SERVER}, {@link #CLIENT_A}, {@link #CLIENT_B} or one for which
	 * {@link #wrongServerContext} was called
	 * @return the file
	 */
	public Path certificatePem(String name) {
		return this.directory.resolve(name + ".crt");
	}

	/**
	 * Return an unencrypted PKCS8 key in PEM.
	 * @param name {@link #SERVER}, {@link #CLIENT_A} or {@link #CLIENT_B}
	 * @return the file
	 */
	public Path privateKeyPem(String name) {
		return this.directory.resolve(name + ".key");
	}

	/**
	 * Return the certificate of the CA in PEM.
	 * @return the file
	 */
	public Path caPem() {
		return this.directory.resolve("ca.crt");
	}

	/**
	 * Return the properties of a Spring Boot bundle {@code spring.ssl.bundle.jks.<name>}
	 * with a key and trust in the CA.
	 * @param bundle the name of the bundle
	 * @param key {@link #SERVER}, {@link #CLIENT_A} or {@link #CLIENT_B}
	 * @return {@code key=value} pairs
	 */
	public String[] jksBundle(String bundle, String key) {
		return properties("spring.ssl.bundle.jks." + bundle, "keystore.location=" + keyStore(key).toUri(),
				"keystore.type=PKCS12", "keystore.password=" + PASSWORD, "truststore.location=" + trustStore().toUri(),
				"truststore.type=PKCS12", "truststore.password=" + PASSWORD);
	}

	/**
	 * Return the properties of a Spring Boot bundle {@code spring.ssl.bundle.jks.<name>}
	 * with trust in the CA and without a key.
	 * @param bundle the name of the bundle
	 * @return {@code key=value} pairs
	 */
	public String[] jksTrustBundle(String bundle) {
		return properties("spring.ssl.bundle.jks." + bundle, "truststore.location=" + trustStore().toUri(),
				"truststore.type=PKCS12", "truststore.password=" + PASSWORD);
	}

	/**
	 * Return the properties of a Spring Boot bundle {@code spring.ssl.bundle.pem.<name>}
	 * with a key and trust in the CA.
	 * @param bundle the name of the bundle
	 * @param key {@link #SERVER}, {@link #CLIENT_A} or {@link #CLIENT_B}
	 * @return {@code key=value} pairs
	 */
	public String[] pemBundle(String bundle, String key) {
		return properties("spring.ssl.bundle.pem." + bundle, "keystore.certificate=" + certificatePem(key).toUri(),
				"keystore.private-key=" + privateKeyPem(key).toUri(), "truststore.certificate=" + caPem().toUri());
	}

	private String[] properties(String prefix, String... properties) {
		String[] result = properties.clone();
		for (int i = 0; i < result.length; i++) {
			result[i] = prefix + "." + result[i];
		}
		return result;
	}

	private SSLContext context(@Nullable String key) {
		try {
			KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
			keys.init((key != null) ? load(keyStore(key)) : null, PASSWORD.toCharArray());
			TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			trust.init(load(trustStore()));
			SSLContext context = SSLContext.getInstance("TLS");
			context.init((key != null) ? keys.getKeyManagers() : null, trust.getTrustManagers(), null);
			return context;
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new IllegalStateException("No TLS context for '" + key + "'", ex);
		}
	}

	private static TestCertificates create() {
		try {
			Path directory = Files.createTempDirectory("test-certificates");
			Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
			TestCertificates certificates = new TestCertificates(directory);
			certificates.write();
			return certificates;
		}
		catch (IOException | GeneralSecurityException ex) {
			throw new IllegalStateException("Test certificates cannot be made", ex);
		}
	}

	/**
	 * Let keytool sign everything within one store, then take that store apart.
	 */
	private void write() throws IOException, GeneralSecurityException {
		generate(CA, "-1d", "-ext", "bc:c=ca:true", "-ext", "ku:c=keyCertSign,cRLSign");
		generate(SERVER, "-1d", "-signer", CA, "-ext", HERE, "-ext", "eku=serverAuth");
		generate(CLIENT_A, "-1d", "-signer", CA, "-ext", "eku=clientAuth");
		generate(CLIENT_B, "-1d", "-signer", CA, "-ext", "eku=clientAuth");
		KeyStore store = load(all());
		for (String name : List.of(SERVER, CLIENT_A, CLIENT_B)) {
			export(store, name);
		}
		Certificate ca = store.getCertificate(CA);
		KeyStore trust = emptyStore();
		trust.setCertificateEntry(CA, ca);
		save(trust, trustStore());
		Files.writeString(caPem(), Pem.of(ca));
	}

	private synchronized void issueWrong(String name) {
		try {
			if (!Files.exists(keyStore(name))) {
				switch (name) {
					case EXPIRED -> generate(name, "-40d", "-signer", CA, "-ext", HERE);
					case OTHER_HOST -> generate(name, "-1d", "-signer", CA, "-ext", "san=dns:other.test");
					default -> generate(name, "-1d", "-ext", HERE);
				}
				export(load(all()), name);
			}
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new IllegalStateException("No certificate for '" + name + "'", ex);
		}
	}

	private Path all() {
		return this.directory.resolve("all.p12");
	}

	private void export(KeyStore store, String name) throws IOException, GeneralSecurityException {
		Key key = store.getKey(name, PASSWORD.toCharArray());
		Certificate[] chain = store.getCertificateChain(name);
		KeyStore single = emptyStore();
		single.setKeyEntry(name, key, PASSWORD.toCharArray(), chain);
		save(single, keyStore(name));
		Files.writeString(privateKeyPem(name), Pem.of("PRIVATE KEY", key.getEncoded()));
		Files.writeString(certificatePem(name), Pem.of(chain));
	}

	private void generate(String name, String start, String... options) throws IOException {
		Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
		List<String> command = new ArrayList<>(List.of(keytool.toString(), "-J-XX:TieredStopAtLevel=1", "-genkeypair",
				"-keystore", all().toString(), "-storetype", "PKCS12", "-storepass", PASSWORD, "-alias", name, "-dname",
				"CN=" + name, "-keyalg", "EC", "-groupname", "secp256r1", "-startdate", start, "-validity", "30"));
		command.addAll(List.of(options));
		Path output = this.directory.resolve("keytool.log");
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
		try {
			if (!process.waitFor(KEYTOOL_TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
				throw new IOException("keytool failed for '" + name + "': " + Files.readString(output));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException("Interrupted while keytool was running", ex);
		}
		finally {
			process.destroy();
		}
	}

	private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(null, null);
		return store;
	}

	private static KeyStore load(Path file) throws IOException, GeneralSecurityException {
		KeyStore store = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(file)) {
			store.load(in, PASSWORD.toCharArray());
		}
		return store;
	}

	private static void save(KeyStore store, Path file) throws IOException, GeneralSecurityException {
		try (OutputStream out = Files.newOutputStream(file)) {
			store.store(out, PASSWORD.toCharArray());
		}
	}

	private static void delete(Path directory) {
		try (var files = Files.list(directory)) {
			for (Path file : files.toList()) {
				Files.delete(file);
			}
			Files.delete(directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Makes the material when it is first asked for.
	 */
	private static final class Holder {

		private static final TestCertificates INSTANCE = create();

	}

}
