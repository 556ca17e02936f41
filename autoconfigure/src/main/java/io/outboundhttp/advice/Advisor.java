package io.outboundhttp.advice;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.EffectiveDefinition;
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
		List<ClientView> clients = clients();
		for (ClientView client : clients) {
			LimitLints.check(client, advice::add);
			TimeoutLints.check(client, advice::add);
			RetryLints.check(client, advice::add);
			ConnectionLints.check(client, advice::add);
		}
		for (ClientView pool : pools()) {
			LimitLints.checkLive(pool, advice::add);
			ConnectionLints.checkLive(pool, advice::add);
			TlsLints.checkLive(pool, advice::add);
		}
		ApplicationLints.check(clients, strays(), advice::add);
		advice.sort(Comparator.comparing(Advice::level));
		return List.copyOf(advice);
	}

	/**
	 * Return the clients as they run, or will run.
	 */
	private List<ClientView> clients() {
		ApplicationTraits traits = this.traits.get();
		return this.clients.names().stream().map((name) -> {
			LiveClient live = this.clients.live(name);
			ClientDefinition configured = this.clients.definition(name);
			return new ClientView(name, configured, (live != null) ? EffectiveDefinition.of(live) : configured, null,
					null, null, traits);
		}).toList();
	}

	private List<ClientView> pools() {
		List<ClientView> views = new ArrayList<>();
		for (ConnectionPool pool : this.clients.openPools()) {
			LiveClient live = this.clients.live(pool.getName());
			if (live != null) {
				views.add(new ClientView(pool.getName(), live.definition(), EffectiveDefinition.of(live),
						pool.snapshot(), sizing(pool), this.clients.tls(pool), ApplicationTraits.NONE));
			}
		}
		return views;
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
	 * Describe the clients as the log of a start does: one line for each, with what
	 * matters most and where it was set.
	 * @param max how many clients to describe
	 * @return the lines
	 */
	public List<String> describe(int max) {
		List<ClientView> clients = clients();
		List<String> lines = new ArrayList<>(clients.stream().limit(max).map(ClientLine::of).toList());
		if (clients.size() > max) {
			lines.add("and %d more, see /actuator/outboundhttp".formatted(clients.size() - max));
		}
		return lines;
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
