package io.outboundhttp.testsupport;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.util.Base64;

/**
 * Writes keys and certificates in PEM.
 */
final class Pem {

	private Pem() {
	}

	static String of(Certificate... certificates) throws GeneralSecurityException {
		StringBuilder pem = new StringBuilder();
		for (Certificate certificate : certificates) {
			pem.append(of("CERTIFICATE", certificate.getEncoded()));
		}
		return pem.toString();
	}

	static String of(String type, byte[] der) {
		String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
		return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
	}

}
