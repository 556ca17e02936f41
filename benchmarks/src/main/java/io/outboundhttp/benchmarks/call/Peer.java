package io.outboundhttp.benchmarks.call;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import org.apache.hc.core5.http.HttpHost;

/**
 * A way to send a request.
 */
enum Peer {

	/** Ours, with all that it does by default. */
	MANAGED("outbound-http", true, true) {

		@Override
		OpenPeer open(HttpHost host, Load load) {
			return ManagedClient.start(host.toURI(), load.threads(), ManagedClient.limits(load.connections())).toPeer();
		}

	},

	/** The reference. */
	HC5_TUNED("hc5-tuned", true, true) {

		@Override
		OpenPeer open(HttpHost host, Load load) {
			return TunedHttpClient.pooled(load.connections(), TunedHttpClient.ACQUIRE_TIMEOUT).toPeer(host.toURI());
		}

	},

	BOOT_HTTP_COMPONENTS("Boot, HttpClient (5 connections)", false, true) {

		@Override
		OpenPeer open(HttpHost host, Load load) {
			return CallApplication.plain(host.toURI(), load.threads(), "http-components");
		}

	},

	BOOT_JDK("Boot, JDK", false, false) {

		@Override
		OpenPeer open(HttpHost host, Load load) {
			return CallApplication.plain(host.toURI(), load.threads(), "jdk");
		}

	},

	BOOT_JETTY("Boot, Jetty (64 connections)", false, false) {

		@Override
		OpenPeer open(HttpHost host, Load load) {
			return CallApplication.plain(host.toURI(), load.threads(), "jetty");
		}

	},

	BOOT_REACTOR("Boot, Reactor (500 connections)", false, false) {

		@Override
		OpenPeer open(HttpHost host, Load load) {
			return CallApplication.plain(host.toURI(), load.threads(), "reactor");
		}

	},

	BOOT_SIMPLE("Boot, Simple (5 idle connections)", false, false) {

		@Override
		OpenPeer open(HttpHost host, Load load) {
			return CallApplication.plain(host.toURI(), load.threads(), "simple");
		}

	},

	OKHTTP("OkHttp, no Spring", false, false) {

		@Override
		OpenPeer open(HttpHost host, Load load) {
			return OkHttpExchange.open(host.toURI());
		}

	},

	/** The floor that any pool under the same RestClient and HttpClient can reach. */
	NO_POOL("no pool", true, true) {

		@Override
		OpenPeer open(HttpHost host, Load load) {
			return TunedHttpClient.unpooled().toPeer(host.toURI());
		}

	},

	/** The floor that any client on blocking sockets can reach. */
	RAW("raw socket", true, true) {

		@Override
		OpenPeer open(HttpHost host, Load load) {
			return RawExchange.open(host);
		}

	};

	private static final String ALL = "all";

	private final String description;

	private final boolean safe;

	private final boolean limited;

	Peer(String description, boolean safe, boolean limited) {
		this.description = description;
		this.safe = safe;
		this.limited = limited;
	}

	/**
	 * Make it ready.
	 * @param host the server
	 * @param load what will be asked of it
	 * @return it, without any connection yet
	 */
	abstract OpenPeer open(HttpHost host, Load load);

	/**
	 * Return whether a failed request fails the benchmark; those of the others are
	 * counted.
	 */
	boolean isSafe() {
		return this.safe;
	}

	/**
	 * Return whether it makes sense where connections are short.
	 */
	boolean isLimited() {
		return this.limited;
	}

	/**
	 * Parse a list of peers.
	 * @param list names with hyphens for underscores, separated by commas, or {@code all}
	 * @return the peers
	 */
	static List<Peer> parse(String list) {
		if (list.equals(ALL)) {
			return List.of(values());
		}
		return Arrays.stream(list.split(","))
			.map((name) -> valueOf(name.trim().toUpperCase(Locale.ROOT).replace('-', '_')))
			.toList();
	}

	@Override
	public String toString() {
		return this.description;
	}

}
