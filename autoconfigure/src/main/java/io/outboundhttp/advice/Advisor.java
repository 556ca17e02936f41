package io.outboundhttp.advice;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.client.LiveClient;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;

/**
 * Tells what to change: in the settings of the clients, in the sizes of their pools, and
 * in beans that go past them. Asking it opens no pool and sends no request. Safe for use
 * by several threads.
 *
 * @since 0.1.0
 */
public final class Advisor {

	private final OutboundHttpClients clients;

	private final Supplier<ApplicationTraits> traits;

	private final Supplier<List<Stray>> strays;

	/**
	 * Create an advisor.
	 * @param clients the clients
	 * @param traits tells what the application is beside them
	 * @param strays finds the beans that go past the pools
	 */
	public Advisor(OutboundHttpClients clients, Supplier<ApplicationTraits> traits, Supplier<List<Stray>> strays) {
		this.clients = clients;
		this.traits = traits;
		this.strays = strays;
	}

	/**
	 * Return all advice there is now.
	 * @return the advice, what matters most first
	 */
	public List<Advice> advice() {
		List<Advice> advice = new ArrayList<>();
		ApplicationTraits traits = this.traits.get();
		views(traits).forEach((client) -> LimitLints.check(client, advice::add));
		advice.sort(Comparator.comparing(Advice::level));
		return List.copyOf(advice);
	}

	/**
	 * Return what is known about all clients, and about pools that are kept apart.
	 */
	private List<ClientView> views(ApplicationTraits traits) {
		Map<String, ClientView> views = new LinkedHashMap<>();
		for (String name : this.clients.names()) {
			views.put(name, new ClientView(name, this.clients.definition(name), null, null, null, traits));
		}
		for (ConnectionPool pool : this.clients.openPools()) {
			LiveClient live = this.clients.live(pool.getName());
			if (live != null) {
				views.put(pool.getName(), new ClientView(pool.getName(), live.definition(), pool.snapshot(),
						sizing(pool), this.clients.tls(pool), traits));
			}
		}
		return List.copyOf(views.values());
	}

	/**
	 * Return the advice about one client.
	 * @param pool name of the client, or of a pool of it that is kept apart
	 * @return the advice, what matters most first
	 */
	public List<Advice> advice(String pool) {
		return advice().stream().filter((advice) -> pool.equals(advice.client())).toList();
	}

	/**
	 * Return how large a pool should be.
	 * @param pool the pool, which is open
	 * @return the size, {@code null} as long as too few calls were seen
	 */
	public @Nullable Sizing sizing(ConnectionPool pool) {
		return PoolSizer.size(pool.usage(), pool.snapshot(), pool.getConfiguredLimits());
	}

	/**
	 * Return the beans that go past the pools, as far as they are known.
	 * @return the strays by the names of their beans
	 */
	public List<Stray> strays() {
		return this.strays.get();
	}

}
