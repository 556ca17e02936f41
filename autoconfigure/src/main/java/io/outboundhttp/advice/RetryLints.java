package io.outboundhttp.advice;

import java.util.function.Consumer;

import io.outboundhttp.advice.Advice.Level;
import io.outboundhttp.advice.ApplicationTraits.OuterRetry;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.LoadBalancing;

/**
 * Looks at how often a request may be sent.
 */
final class RetryLints {

	private RetryLints() {
	}

	static void check(ClientView client, Consumer<Advice> advice) {
		int retries = client.get(ClientSetting.RETRY_MAX_RETRIES);
		if (retries == 0) {
			return;
		}
		client.traits()
			.outerRetries()
			.stream()
			.filter((outer) -> !outer.loadBalanced() || isLoadBalanced(client))
			.forEach((outer) -> advice.accept(doubled(client, retries, outer)));
		if (client.get(ClientSetting.RETRY_BUDGET) == 0) {
			advice.accept(client.advise(Level.WARN, "retries-without-budget",
					"each call may be sent %d times, and the budget is %s: a server that is down gets %d times its load"
						.formatted(retries + 1, client.show(ClientSetting.RETRY_BUDGET), retries + 1),
					ClientSetting.RETRY_BUDGET));
		}
	}

	private static Advice doubled(ClientView client, int retries, OuterRetry outer) {
		long requests = (retries + 1) * (outer.maxRetries() + 1);
		return client.advise(Level.WARN, "doubled-retries",
				"it sends a request again up to %s times, and %s repeats the call up to %d times: one call can become %d requests; let only one of them retry"
					.formatted(client.show(ClientSetting.RETRY_MAX_RETRIES), outer.name(), outer.maxRetries(),
							requests),
				ClientSetting.RETRY_MAX_RETRIES);
	}

	private static boolean isLoadBalanced(ClientView client) {
		String baseUrl = client.definition().get(ClientSetting.BASE_URL);
		return baseUrl != null && baseUrl.startsWith(LoadBalancing.SCHEME + ":");
	}

}
