package io.outboundhttp.testsupport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/**
 * Files of a PEM bundle that Spring Boot watches, to be replaced by a test.
 */
public final class RotatedBundle {

	private final TestCertificates certificates = TestCertificates.get();

	private final Path certificate;

	private final Path key;

	/**
	 * Create a bundle with the material of {@link TestCertificates#CLIENT_A}.
	 * @param directory where its files are
	 * @throws IOException if they cannot be written
	 */
	public RotatedBundle(Path directory) throws IOException {
		this.certificate = directory.resolve("tls.crt");
		this.key = directory.resolve("tls.key");
		rotate(TestCertificates.CLIENT_A, TestCertificates.CLIENT_A);
	}

	/**
	 * Return a bundle with a key, its certificate, and trust in the CA.
	 * @param name name of the key
	 * @return the bundle
	 */
	public static SslBundle of(String name) {
		return of(name, name);
	}

	/**
	 * Return a bundle with a key, a certificate that may not fit it, and trust in the CA.
	 * @param certificate name of the certificate
	 * @param key name of the key
	 * @return the bundle
	 */
	public static SslBundle of(String certificate, String key) {
		TestCertificates certificates = TestCertificates.get();
		return SslBundle.of(new PemSslStoreBundle(
				new PemSslStoreDetails(null, certificates.certificatePem(certificate).toUri().toString(),
						certificates.privateKeyPem(key).toUri().toString()),
				new PemSslStoreDetails(null, certificates.caPem().toUri().toString(), null)));
	}

	/**
	 * Return the properties of a Spring Boot bundle.
	 * @param bundle the name of the bundle
	 * @return {@code key=value} pairs
	 */
	public String[] properties(String bundle) {
		String prefix = "spring.ssl.bundle.pem." + bundle + ".";
		return new String[] { prefix + "keystore.certificate=" + this.certificate.toUri(),
				prefix + "keystore.private-key=" + this.key.toUri(),
				prefix + "truststore.certificate=" + this.certificates.caPem().toUri(),
				prefix + "reload-on-update=true", "spring.ssl.bundle.watch.file.quiet-period=20ms" };
	}

	/**
	 * Replace both files.
	 * @param newCertificate name of the certificate
	 * @param newKey name of the key
	 * @throws IOException if they cannot be written
	 */
	public void rotate(String newCertificate, String newKey) throws IOException {
		replace(this.certificates.certificatePem(newCertificate), this.certificate);
		replace(this.certificates.privateKeyPem(newKey), this.key);
	}

	/**
	 * Break the file of the key off in the middle.
	 * @throws IOException if it cannot be written
	 */
	public void breakKey() throws IOException {
		Files.writeString(this.key, Files.readString(this.key).substring(0, 60));
	}

	private static void replace(Path source, Path target) throws IOException {
		Path next = Files.copy(source, target.resolveSibling(target.getFileName() + ".next"),
				StandardCopyOption.REPLACE_EXISTING);
		Files.move(next, target, StandardCopyOption.ATOMIC_MOVE);
	}

}
