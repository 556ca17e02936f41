package io.outboundhttp.sample.order;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import org.springframework.stereotype.Component;

/**
 * The latest orders, in memory: an older one makes room for a newer one, so that load for
 * hours does not fill the heap. Safe for use by many threads.
 */
@Component
class OrderStore {

	static final int MAX_KEPT = 1000;

	private final Map<String, Order> orders = new LinkedHashMap<>();

	synchronized void save(Order order) {
		this.orders.put(order.id(), order);
		if (this.orders.size() > MAX_KEPT) {
			this.orders.remove(this.orders.keySet().iterator().next());
		}
	}

	synchronized Optional<Order> find(String id) {
		return Optional.ofNullable(this.orders.get(id));
	}

}
