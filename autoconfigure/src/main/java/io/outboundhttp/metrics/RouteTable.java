package io.outboundhttp.metrics;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The values of the tag {@code route} of one pool. Routes to the same target share one,
 * whatever proxy they go by; so do all that came when there were as many as there may be.
 * Reading is safe for use by several threads; adding is for one at a time.
 */
final class RouteTable {

	/*
	 * `byHost` has each host that has a value of its own without an address; what is not
	 * there while there is `other` belongs to it. With an address that code has resolved,
	 * it is there as long as there is room, else it is looked up without.
	 */

	private static final Logger logger = LoggerFactory.getLogger(RouteTable.class);

	private static final int MAX_HOSTS = 1000;

	private final Map<HttpHost, MeteredRoute> byHost = new ConcurrentHashMap<>();

	private final Set<MeteredRoute> all = new LinkedHashSet<>();

	private final String client;

	private final int max;

	/** All routes, where meters do not carry the route. */
	private final @Nullable MeteredRoute whole;

	private volatile @Nullable MeteredRoute other;

	RouteTable(String client, RouteTag tag) {
		this.client = client;
		this.max = tag.max();
		this.whole = tag.enabled() ? null : MeteredRoute.whole();
		if (this.whole != null) {
			this.all.add(this.whole);
		}
	}

	/**
	 * Return what a route belongs to, without a lock.
	 * @param route the route
	 * @return what it belongs to, {@code null} if it has to be {@link #findOrAdd added}
	 */
	@Nullable MeteredRoute find(HttpRoute route) {
		if (this.whole != null) {
			return this.whole;
		}
		HttpHost host = route.getTargetHost();
		MeteredRoute found = this.byHost.get(host);
		return (found != null || host.getAddress() != null) ? found : this.other;
	}

	/**
	 * Return what a route belongs to.
	 * @param route the route
	 * @param added called with what was not there before
	 * @return what it belongs to
	 */
	MeteredRoute findOrAdd(HttpRoute route, Consumer<MeteredRoute> added) {
		HttpHost given = route.getTargetHost();
		HttpHost host = new HttpHost(given.getSchemeName(), given.getHostName(), given.getPort());
		MeteredRoute found = find(new HttpRoute(host));
		if (found == null) {
			found = (this.all.size() < this.max) ? MeteredRoute.of(host.toURI().toLowerCase(Locale.ROOT), route)
					: MeteredRoute.other();
			added.accept(found);
			this.all.add(found);
			publish(host, found);
		}
		if (given.getAddress() != null && this.byHost.size() < MAX_HOSTS) {
			this.byHost.put(given, found);
		}
		return found;
	}

	private void publish(HttpHost host, MeteredRoute added) {
		if (added.route() != null) {
			this.byHost.put(host, added);
		}
		else {
			this.other = added;
			logger.warn(
					"Client '{}': more than {} routes, so the meters of all others have the route '{}'. Raise "
							+ "'outbound-http.metrics.route-tag.max' if they matter",
					this.client, this.max, RouteTag.OTHER);
		}
	}

	int hostCount() {
		return this.byHost.size();
	}

	/**
	 * Return what there is. Not to be called while something is added.
	 */
	Collection<MeteredRoute> all() {
		return Collections.unmodifiableSet(this.all);
	}

}
