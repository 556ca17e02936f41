package io.outboundhttp.sample.order;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

import io.outboundhttp.sample.web.InvalidValueException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Tests for {@link OrderRequest}.
 */
class OrderRequestTests {

	@Test
	void validOrderBecomesADraft() {
		OrderDraft draft = new OrderRequest("c-17", "DE", List.of(new OrderRequest.Item("tea-01", 2))).validate();
		assertThat(draft).isEqualTo(new OrderDraft("c-17", "DE", List.of(new OrderDraft.Item("tea-01", 2))));
	}

	@ParameterizedTest
	@MethodSource("invalidOrders")
	void invalidOrderSaysWhatIsRight(OrderRequest request, String message) {
		assertThatExceptionOfType(InvalidValueException.class).isThrownBy(request::validate)
			.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo(message));
	}

	static Stream<Arguments> invalidOrders() {
		return Stream.of(arguments(order(" ", "DE", "tea-01", 1), "customer: ' ' (expected: 1 to 60 characters)"),
				arguments(order("x".repeat(61), "DE", "tea-01", 1),
						"customer: '" + "x".repeat(60) + "…' (expected: 1 to 60 characters)"),
				arguments(order("c", "de", "tea-01", 1),
						"country: 'de' (expected: two capital letters, for example DE)"),
				arguments(order("c", null, "tea-01", 1),
						"country: missing (expected: two capital letters, for example DE)"),
				arguments(new OrderRequest("c", "DE", null), "items: missing (expected: 1 to 50 items)"),
				arguments(new OrderRequest("c", "DE", List.of()), "items: 0 (expected: 1 to 50 items)"),
				arguments(new OrderRequest("c", "DE", Collections.nCopies(51, new OrderRequest.Item("a", 1))),
						"items: 51 (expected: 1 to 50 items)"),
				arguments(new OrderRequest("c", "DE", new ArrayList<>(Collections.singletonList(null))),
						"items[0]: missing (expected: sku and quantity)"),
				arguments(order("c", "DE", "../etc", 1),
						"items[0].sku: '../etc' (expected: 1 to 40 letters, digits, '-' and '_')"),
				arguments(order("c", "DE", "tea-01", 0), "items[0].quantity: 0 (expected: 1 to 1000)"),
				arguments(order("c", "DE", "tea-01", 1001), "items[0].quantity: 1001 (expected: 1 to 1000)"),
				arguments(order("c", "DE", "tea-01", null), "items[0].quantity: missing (expected: 1 to 1000)"));
	}

	private static OrderRequest order(String customer, @Nullable String country, String sku,
			@Nullable Integer quantity) {
		return new OrderRequest(customer, country, List.of(new OrderRequest.Item(sku, quantity)));
	}

}
