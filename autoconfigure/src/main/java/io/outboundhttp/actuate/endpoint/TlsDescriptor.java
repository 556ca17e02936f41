package io.outboundhttp.actuate.endpoint;

import java.time.Instant;

import io.outboundhttp.client.TlsStatus;
import org.jspecify.annotations.Nullable;

/**
 * The SSL bundle of a client.
 *
 * @param bundle name of the SSL bundle
 * @param certificateExpiresInDays days until the client's own certificate expires, absent
 * if it has none
 * @param trustExpiresInDays days until the first trusted certificate expires, absent if
 * the bundle has none of its own
 * @param reloads how often a new version was taken up
 * @param failedReload when a new version could not be used, absent if the latest one is
 * in use
 * @since 0.1.0
 */
public record TlsDescriptor(String bundle, @Nullable Long certificateExpiresInDays, @Nullable Long trustExpiresInDays,
		long reloads, @Nullable Instant failedReload) {

	static @Nullable TlsDescriptor of(@Nullable TlsStatus status) {
		return (status != null) ? new TlsDescriptor(status.bundle(), status.certificateExpiresInDays(),
				status.trustExpiresInDays(), status.reloads(), status.failedReload()) : null;
	}

}
