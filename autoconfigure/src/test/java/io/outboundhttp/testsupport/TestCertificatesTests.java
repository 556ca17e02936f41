package io.outboundhttp.testsupport;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TestCertificates}.
 */
@Timeout(60)
class TestCertificatesTests {

	private final TestCertificates certificates = TestCertificates.get();

	@ParameterizedTest
	@ValueSource(strings = { TestCertificates.SERVER, TestCertificates.CLIENT_A, TestCertificates.CLIENT_B })
	void keyStoreHoldsKeyWithChain(String name) throws Exception {
		KeyStore store = load(this.certificates.keyStore(name));
		assertThat(store.size()).isOne();
		assertThat(store.getKey(name, this.certificates.password().toCharArray())).isNotNull();
		assertThat(store.getCertificateChain(name)).hasSize(2);
		X509Certificate certificate = (X509Certificate) store.getCertificate(name);
		assertThat(certificate.getSubjectX500Principal()).hasToString("CN=" + name);
		certificate.checkValidity();
		certificate.verify(ca().getPublicKey());
		assertThat(this.certificates.certificatePem(name)).content().containsPattern("(?s)(BEGIN CERT.*){2}");
		assertThat(this.certificates.privateKeyPem(name)).content().startsWith("-----BEGIN PRIVATE KEY-----\n");
	}

	@Test
	void trustStoreHoldsCaAlone() throws Exception {
		KeyStore store = load(this.certificates.trustStore());
		assertThat(store.size()).isOne();
		assertThat(store.getCertificate("ca")).isEqualTo(ca());
		assertThat(ca().getBasicConstraints()).isNotNegative();
	}

	@Test
	void serverCertificateNamesLoopback() throws Exception {
		X509Certificate certificate = (X509Certificate) load(this.certificates.keyStore(TestCertificates.SERVER))
			.getCertificate(TestCertificates.SERVER);
		assertThat(certificate.getSubjectAlternativeNames()).extracting((name) -> String.valueOf(name.get(1)))
			.containsExactlyInAnyOrder("localhost", "127.0.0.1");
	}

	@Test
	void bundlePropertiesNameExistingFiles() {
		assertThat(this.certificates.jksBundle("a", TestCertificates.CLIENT_A)).hasSize(6)
			.allMatch((property) -> property.startsWith("spring.ssl.bundle.jks.a."))
			.contains("spring.ssl.bundle.jks.a.keystore.location="
					+ this.certificates.keyStore(TestCertificates.CLIENT_A).toUri());
		assertThat(this.certificates.jksTrustBundle("t")).hasSize(3)
			.noneMatch((property) -> property.contains("keystore"));
		assertThat(this.certificates.pemBundle("p", TestCertificates.CLIENT_B)).hasSize(3)
			.contains("spring.ssl.bundle.pem.p.truststore.certificate=" + this.certificates.caPem().toUri());
	}

	private X509Certificate ca() throws Exception {
		try (InputStream in = Files.newInputStream(this.certificates.caPem())) {
			return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
		}
	}

	private KeyStore load(Path file) throws Exception {
		return KeyStore.getInstance(file.toFile(), this.certificates.password().toCharArray());
	}

}
