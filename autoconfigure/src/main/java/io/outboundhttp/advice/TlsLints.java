package io.outboundhttp.advice;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.advice.Advice.Level;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.TlsStatus;

/**
 * Looks at the SSL bundle of a pool in use.
 */
final class TlsLints {

	private static final long SOON_DAYS = 14;

	private TlsLints() {
	}

	static void checkLive(ClientView client, Consumer<Advice> advice) {
		TlsStatus tls = client.tls();
		if (tls == null) {
			return;
		}
		expires(client, tls, "its own certificate", tls.certificateExpiresInDays(), advice);
		expires(client, tls, "a certificate that it trusts", tls.trustExpiresInDays(), advice);
		if (tls.failedReload() != null) {
			advice.accept(client.advise(Level.WARN, "certificate-reload-failed",
					"the SSL bundle '%s' has changed, but its new version could not be used at %s, so the former one stays; the log of that time says why"
						.formatted(tls.bundle(), tls.failedReload()),
					ClientSetting.SSL_BUNDLE));
		}
	}

	private static void expires(ClientView client, TlsStatus tls, String what, @Nullable Long days,
			Consumer<Advice> advice) {
		if (days != null && days < SOON_DAYS) {
			advice.accept(client.advise(
					Level.WARN, "certificate-expires", "%s, in SSL bundle '%s', %s; renew it".formatted(what,
							tls.bundle(), (days < 0) ? "has expired" : "expires in " + days + " days"),
					ClientSetting.SSL_BUNDLE));
		}
	}

}
