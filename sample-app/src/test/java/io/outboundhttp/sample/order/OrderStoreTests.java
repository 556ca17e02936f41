package io.outboundhttp.sample.order;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

import io.outboundhttp.sample.shipping.ShippingQuote;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OrderStore}.
 */
class OrderStoreTests {

	@Test
	void oldestOrderMakesRoomForTheNewest() {
		OrderStore store = new OrderStore();
		for (int i = 0; i <= OrderStore.MAX_KEPT; i++) {
			store.save(order("o-" + i));
		}
		assertThat(store.find("o-0")).isEmpty();
		assertThat(store.find("o-1")).isPresent();
		assertThat(store.find("o-" + OrderStore.MAX_KEPT)).isPresent();
	}

	private static Order order(String id) {
		return new Order(id, "c-17", "DE", List.of(), new ShippingQuote("Parcel post", BigDecimal.ONE, 2),
				BigDecimal.ONE, "a-1", Instant.EPOCH);
	}

}
