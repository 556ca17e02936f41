package io.outboundhttp.sample.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

import io.outboundhttp.sample.web.InvalidValueException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Profile;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/**
 * The mistake that empties a pool, on demand: responses that nobody closes. They are kept
 * here, so that they are suspected, or dropped, so that they are taken back after the
 * next garbage collection.
 */
@Component
@Profile("demo")
class LeakingCalls implements DisposableBean {

	static final int MAX_HELD = 1000;

	private final Map<String, RestClient> clients;

	private final Map<String, Deque<ClientHttpResponse>> held = new TreeMap<>();

	LeakingCalls(@Qualifier("catalog") RestClient catalog, @Qualifier("payments") RestClient payments,
			@Qualifier("shipping") RestClient shipping) {
		this.clients = new TreeMap<>(Map.of("catalog", catalog, "payments", payments, "shipping", shipping));
		this.clients.keySet().forEach((name) -> this.held.put(name, new ArrayDeque<>()));
	}

	/**
	 * Leak responses, until there are enough or the client has no more connections.
	 * @param name the client
	 * @param count how many
	 * @param dropped whether to forget the responses, as a careless caller does, instead
	 * of holding them
	 * @return how many are held, and why there are no more
	 */
	synchronized LeakReport leak(String name, int count, boolean dropped) {
		RestClient client = this.clients.get(name);
		if (client == null) {
			throw new InvalidValueException("client", name, String.join(", ", this.clients.keySet()));
		}
		int max = MAX_HELD - held().values().stream().mapToInt(Integer::intValue).sum();
		if (count < 1 || count > max) {
			throw new InvalidValueException("count", count, "1 to %d, since %d may be held".formatted(max, MAX_HELD));
		}
		Deque<ClientHttpResponse> responses = this.held.getOrDefault(name, new ArrayDeque<>());
		String stoppedBy = null;
		for (int i = 0; i < count && stoppedBy == null; i++) {
			try {
				// "false" hands the duty to close over to the caller, who forgets it
				ClientHttpResponse response = client.get()
					.uri("/")
					.exchangeForRequiredValue((request, leaked) -> leaked, false);
				if (!dropped) {
					responses.add(response);
				}
			}
			catch (RestClientException ex) {
				stoppedBy = ex.getMessage();
			}
		}
		return report(stoppedBy);
	}

	/**
	 * Close all responses.
	 * @return how many are held: none
	 */
	synchronized LeakReport close() {
		for (Deque<ClientHttpResponse> responses : this.held.values()) {
			while (!responses.isEmpty()) {
				responses.remove().close();
			}
		}
		return report(null);
	}

	synchronized LeakReport report() {
		return report(null);
	}

	private LeakReport report(@Nullable String stoppedBy) {
		return new LeakReport(held(), stoppedBy);
	}

	private Map<String, Integer> held() {
		Map<String, Integer> sizes = new TreeMap<>();
		this.held.forEach((name, responses) -> sizes.put(name, responses.size()));
		return sizes;
	}

	@Override
	public void destroy() {
		close();
	}

}
