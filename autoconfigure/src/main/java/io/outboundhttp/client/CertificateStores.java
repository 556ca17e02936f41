package io.outboundhttp.client;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;

import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;

/**
 * Looks into the certificates and keys of an {@link SslBundle}.
 */
final class CertificateStores {

	/** Algorithms of signatures by type of key, as key managers name it. */
	private static final Map<String, String> SIGNATURES = Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA",
			"EdDSA", "EdDSA", "DSA", "SHA256withDSA");

	private CertificateStores() {
	}

	/**
	 * Return when the first certificate of a store expires.
	 * @param store the store or {@code null}
	 * @return the time, {@code null} if there is no certificate
	 * @throws KeyStoreException if the store cannot be read
	 */
	static @Nullable Instant firstExpiry(@Nullable KeyStore store) throws KeyStoreException {
		Instant first = null;
		if (store != null) {
			for (String alias : Collections.list(store.aliases())) {
				Certificate[] chain = store.getCertificateChain(alias);
				for (Certificate certificate : (chain != null) ? chain
						: new Certificate[] { store.getCertificate(alias) }) {
					first = earlier(first, certificate);
				}
			}
		}
		return first;
	}

	private static @Nullable Instant earlier(@Nullable Instant first, @Nullable Certificate certificate) {
		if (!(certificate instanceof X509Certificate x509)) {
			return first;
		}
		Instant expires = x509.getNotAfter().toInstant();
		return (first == null || expires.isBefore(first)) ? expires : first;
	}

	/**
	 * Check that each key of a bundle belongs to its certificate. Where the two lie in
	 * two files, one is often replaced before the other.
	 * @param bundle the bundle
	 * @throws GeneralSecurityException if a key belongs to another certificate
	 */
	static void checkKeys(SslBundle bundle) throws GeneralSecurityException {
		for (KeyManager manager : bundle.getManagers().getKeyManagers()) {
			if (manager instanceof X509KeyManager keys) {
				for (Map.Entry<String, String> type : SIGNATURES.entrySet()) {
					String[] aliases = keys.getClientAliases(type.getKey(), null);
					for (String alias : (aliases != null) ? aliases : new String[0]) {
						check(type.getValue(), keys.getPrivateKey(alias), keys.getCertificateChain(alias));
					}
				}
			}
		}
	}

	private static void check(String algorithm, @Nullable PrivateKey key, X509Certificate @Nullable [] chain)
			throws GeneralSecurityException {
		if (key == null || chain == null || chain.length == 0) {
			return;
		}
		Signature signature;
		try {
			signature = Signature.getInstance(algorithm);
		}
		catch (NoSuchAlgorithmException ex) {
			// nothing to check with
			return;
		}
		byte[] data = { 1 };
		signature.initSign(key);
		signature.update(data);
		byte[] signed = signature.sign();
		signature.initVerify(chain[0].getPublicKey());
		signature.update(data);
		if (!signature.verify(signed)) {
			throw new GeneralSecurityException("the private key belongs to another certificate");
		}
	}

}
