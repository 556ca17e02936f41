package io.outboundhttp.client;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

import javax.net.ssl.SSLSocket;

import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.DefaultHostnameVerifier;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslOptions;

/**
 * {@link TlsSocketStrategy} of all HttpClients that use the SSL bundle of one name. Each
 * negotiation uses the latest version of the bundle that could be used. Safe for use by
 * several threads.
 */
final class ReloadableTls implements TlsSocketStrategy {

	/* `lock` makes reloads one after the other; readers see one state or the next. */

	private final ReentrantLock lock = new ReentrantLock();

	private final String name;

	private final Clock clock;

	private volatile @Nullable State state;

	ReloadableTls(String name, Clock clock) {
		this.name = name;
		this.clock = clock;
	}

	/**
	 * Return a strategy with the material of a bundle.
	 * @param bundle the bundle
	 * @return the strategy
	 */
	static TlsSocketStrategy strategy(SslBundle bundle) {
		SslOptions options = bundle.getOptions();
		return new DefaultClientTlsStrategy(bundle.createSslContext(), options.getEnabledProtocols(),
				options.getCiphers(), null, new DefaultHostnameVerifier());
	}

	/**
	 * Use a bundle for the first time, unless one is in use.
	 * @param bundle the bundle
	 * @throws IllegalStateException if it cannot be used
	 */
	void start(SslBundle bundle) {
		this.lock.lock();
		try {
			if (this.state == null) {
				this.state = state(bundle, 0);
			}
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("SSL bundle '" + this.name + "' cannot be read", ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Use a new version of the bundle. If that fails, the one before stays.
	 * @param bundle the new version
	 * @throws GeneralSecurityException if it cannot be used
	 * @throws RuntimeException if it cannot be read
	 */
	void reload(SslBundle bundle) throws GeneralSecurityException {
		this.lock.lock();
		try {
			State before = this.state;
			boolean done = false;
			try {
				CertificateStores.checkKeys(bundle);
				this.state = state(bundle, (before != null) ? before.reloads + 1 : 0);
				done = true;
			}
			finally {
				if (!done && before != null) {
					this.state = before.withFailedReload(this.clock.instant());
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private static State state(SslBundle bundle, long reloads) throws GeneralSecurityException {
		return new State(strategy(bundle), CertificateStores.firstExpiry(bundle.getStores().getKeyStore()),
				CertificateStores.firstExpiry(bundle.getStores().getTrustStore()), reloads, null);
	}

	TlsStatus status() {
		State state = state();
		return new TlsStatus(this.name, this.clock.instant(), state.certificateExpires, state.trustExpires,
				state.reloads, state.failedReload);
	}

	private State state() {
		return Objects.requireNonNull(this.state, "not started");
	}

	@Override
	public SSLSocket upgrade(Socket socket, String target, int port, Object attachment, HttpContext context)
			throws IOException {
		return state().strategy.upgrade(socket, target, port, attachment, context);
	}

	private record State(TlsSocketStrategy strategy, @Nullable Instant certificateExpires,
			@Nullable Instant trustExpires, long reloads, @Nullable Instant failedReload) {

		State withFailedReload(Instant now) {
			return new State(this.strategy, this.certificateExpires, this.trustExpires, this.reloads, now);
		}

	}

}
