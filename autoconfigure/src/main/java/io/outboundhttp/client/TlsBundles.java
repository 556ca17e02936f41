package io.outboundhttp.client;

import java.lang.ref.WeakReference;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/**
 * The SSL bundles that clients use, by name, each kept up to date. Safe for use by
 * several threads.
 */
final class TlsBundles {

	/*
	 * `lock` guards the collections, and is never held while a bundle is read or a
	 * listener is called. Spring Boot calls back on its watcher thread, one update of a
	 * bundle after the other; what is thrown there would end the turn of other listeners.
	 *
	 * A version is known by its identity: Boot's HttpClientSettings hold the first one of
	 * their bundle for ever.
	 */

	private static final Logger logger = LoggerFactory.getLogger(TlsBundles.class);

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<String, List<WeakReference<SslBundle>>> versions = new HashMap<>();

	private final Map<String, ReloadableTls> used = new HashMap<>();

	private final Set<String> watched = new HashSet<>();

	private final Map<String, Set<String>> fixed = new HashMap<>();

	private final @Nullable SslBundles bundles;

	private final Clock clock;

	private final Consumer<ReloadableTls> reloaded;

	/**
	 * Create the bundles. No bundle is read yet.
	 * @param bundles bundles by name, {@code null} if there are none
	 * @param clock tells how long certificates are valid
	 * @param reloaded called on Boot's watcher thread once a new version of a bundle is
	 * used
	 */
	TlsBundles(@Nullable SslBundles bundles, Clock clock, Consumer<ReloadableTls> reloaded) {
		this.bundles = bundles;
		this.clock = clock;
		this.reloaded = reloaded;
		if (bundles != null) {
			bundles.getBundleNames().forEach((name) -> remember(name, bundles.getBundle(name)));
		}
	}

	/**
	 * Return what negotiates with the latest version of a bundle.
	 * @param bundle any version of the bundle
	 * @return the strategy, {@code null} if the bundle has no name
	 */
	@Nullable ReloadableTls find(SslBundle bundle) {
		String name = name(bundle);
		if (name == null || this.bundles == null) {
			return null;
		}
		watch(this.bundles, name);
		ReloadableTls tls;
		this.lock.lock();
		try {
			tls = this.used.computeIfAbsent(name, (key) -> new ReloadableTls(key, this.clock));
		}
		finally {
			this.lock.unlock();
		}
		// after the watch has begun, so that no update is missed
		tls.start(this.bundles.getBundle(name));
		return tls;
	}

	/**
	 * Note that a client cannot take up new versions of a bundle. It is told when there
	 * is one.
	 * @param bundle the bundle
	 * @param client name of the client
	 */
	void cannotReload(SslBundle bundle, String client) {
		String name = name(bundle);
		if (name == null || this.bundles == null) {
			return;
		}
		this.lock.lock();
		try {
			this.fixed.computeIfAbsent(name, (key) -> new HashSet<>()).add(client);
		}
		finally {
			this.lock.unlock();
		}
		watch(this.bundles, name);
	}

	private void watch(SslBundles bundles, String name) {
		this.lock.lock();
		try {
			if (!this.watched.add(name)) {
				return;
			}
		}
		finally {
			this.lock.unlock();
		}
		bundles.addBundleUpdateHandler(name, (updated) -> updated(name, updated));
	}

	private @Nullable String name(SslBundle bundle) {
		this.lock.lock();
		try {
			for (Map.Entry<String, List<WeakReference<SslBundle>>> entry : this.versions.entrySet()) {
				if (entry.getValue().stream().anyMatch((version) -> version.refersTo(bundle))) {
					return entry.getKey();
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		if (this.bundles != null) {
			for (String name : this.bundles.getBundleNames()) {
				if (this.bundles.getBundle(name) == bundle) {
					remember(name, bundle);
					return name;
				}
			}
		}
		return null;
	}

	private void remember(String name, SslBundle bundle) {
		this.lock.lock();
		try {
			List<WeakReference<SslBundle>> known = this.versions.computeIfAbsent(name, (key) -> new ArrayList<>());
			known.removeIf((version) -> version.refersTo(null) || version.refersTo(bundle));
			known.add(new WeakReference<>(bundle));
		}
		finally {
			this.lock.unlock();
		}
	}

	private void updated(String name, SslBundle bundle) {
		remember(name, bundle);
		ReloadableTls tls;
		Set<String> fixed;
		this.lock.lock();
		try {
			tls = this.used.get(name);
			fixed = Set.copyOf(this.fixed.getOrDefault(name, Set.of()));
		}
		finally {
			this.lock.unlock();
		}
		fixed.forEach((client) -> logger.warn(
				"Client '{}': SSL bundle '{}' was updated, but application code brings its own TLS or its own "
						+ "ClientHttpRequestFactoryBuilder, so the new version reaches this client with a restart",
				client, name));
		if (tls == null) {
			return;
		}
		try {
			tls.reload(bundle);
		}
		catch (GeneralSecurityException | RuntimeException ex) {
			logger.warn("SSL bundle '{}' was updated, but cannot be used; clients go on with the version of before. "
					+ "Mend the files of spring.ssl.bundle.*.{}", name, name, ex);
			return;
		}
		TlsStatus status = tls.status();
		logger.info("SSL bundle '{}' is reloaded for outbound HTTP: new connections use it; own certificate valid "
				+ "until {}, trusted ones until {}", name, status.certificateExpires(), status.trustExpires());
		this.reloaded.accept(tls);
	}

}
