package io.outboundhttp.advice;

import java.util.Comparator;
import java.util.Objects;
import java.util.function.Consumer;

import io.outboundhttp.advice.Advice.Level;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.pool.LeakDetection;
import io.outboundhttp.pool.PoolSnapshot;

import org.springframework.boot.http.client.HttpCookieHandling;

/**
 * Looks at how long connections live, who shares them, and what becomes of those that are
 * forgotten.
 */
final class ConnectionLints {

	private ConnectionLints() {
	}

	static void check(ClientView client, Consumer<Advice> advice) {
		endless(client, advice);
		cookies(client, advice);
		leaks(client, advice);
	}

	private static void endless(ClientView client, Consumer<Advice> advice) {
		if (client.get(ClientSetting.POOL_TIME_TO_LIVE).isZero()
				&& client.get(ClientSetting.POOL_IDLE_TIMEOUT).isZero()) {
			advice.accept(client.advise(Level.INFO, "endless-connections",
					"connections end neither by age, %s, nor by idleness, %s, so servers that are added get no share of them"
						.formatted(client.show(ClientSetting.POOL_TIME_TO_LIVE),
								client.show(ClientSetting.POOL_IDLE_TIMEOUT)),
					ClientSetting.POOL_TIME_TO_LIVE));
		}
	}

	private static void cookies(ClientView client, Consumer<Advice> advice) {
		if (client.get(ClientSetting.COOKIE_HANDLING) != HttpCookieHandling.DISABLE) {
			advice.accept(client.advise(Level.INFO, "shared-cookies",
					"cookies are kept, %s, for all callers together: a session that a server opens for one user is sent for all others"
						.formatted(client.show(ClientSetting.COOKIE_HANDLING)),
					ClientSetting.COOKIE_HANDLING));
		}
	}

	private static void leaks(ClientView client, Consumer<Advice> advice) {
		if (!client.get(ClientSetting.LEAK_ENABLED)) {
			advice.accept(client.advise(Level.INFO, "leak-detection-off",
					"leaks are not looked for, %s: responses that nobody closes empty the pool without a word"
						.formatted(client.show(ClientSetting.LEAK_ENABLED)),
					ClientSetting.LEAK_ENABLED));
		}
		else if (client.get(ClientSetting.LEAK_RECLAIM) == LeakDetection.Reclaim.OVERDUE
				&& client.get(ClientSetting.LEAK_RECLAIM_AFTER).compareTo(client.get(ClientSetting.READ_TIMEOUT)) < 0) {
			advice.accept(client.advise(Level.WARN, "reclaim-before-read-timeout",
					"connections are taken back from their callers after %s, which is sooner than a server may pause by the read timeout %s"
						.formatted(client.show(ClientSetting.LEAK_RECLAIM_AFTER),
								client.show(ClientSetting.READ_TIMEOUT)),
					ClientSetting.LEAK_RECLAIM_AFTER, ClientSetting.LEAK_RECLAIM));
		}
	}

	/**
	 * Look at a pool in use.
	 */
	static void checkLive(ClientView client, Consumer<Advice> advice) {
		PoolSnapshot pool = client.pool();
		long idleMillis = client.get(ClientSetting.POOL_IDLE_TIMEOUT).toMillis();
		if (pool == null) {
			return;
		}
		pool.routes()
			.stream()
			.filter((route) -> route.learnedReuseAgeMillis() != null
					&& (idleMillis == 0 || route.learnedReuseAgeMillis() < idleMillis))
			.min(Comparator.comparingLong((route) -> Objects.requireNonNull(route.learnedReuseAgeMillis())))
			.ifPresent((route) -> advice.accept(client.advise(Level.INFO, "idle-timeout-above-server",
					"%s closes idle connections sooner than the idle timeout %s: they are used again for at most %d ms; set the idle timeout below that, or let the server keep them for longer"
						.formatted(route.target(), client.show(ClientSetting.POOL_IDLE_TIMEOUT),
								route.learnedReuseAgeMillis()),
					ClientSetting.POOL_IDLE_TIMEOUT)));
	}

}
