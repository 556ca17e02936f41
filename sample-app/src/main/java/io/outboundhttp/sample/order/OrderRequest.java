package io.outboundhttp.sample.order;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import io.outboundhttp.sample.web.InvalidValueException;
import org.jspecify.annotations.Nullable;

/**
 * Order as it comes in: nothing is sure to be there, or to make sense.
 *
 * @param customer who orders
 * @param country two-letter code of the country to deliver to
 * @param items what is ordered
 */
record OrderRequest(@Nullable String customer, @Nullable String country, @Nullable List<@Nullable Item> items) {

	private static final Pattern COUNTRY = Pattern.compile("[A-Z]{2}");

	private static final Pattern SKU = Pattern.compile("[A-Za-z0-9_-]{1,40}");

	private static final int MAX_CUSTOMER_LENGTH = 60;

	private static final int MAX_ITEMS = 50;

	private static final int MAX_QUANTITY = 1000;

	/**
	 * Check the order.
	 * @return an order that makes sense, whether or not it can be delivered
	 * @throws InvalidValueException if this one does not make sense
	 */
	OrderDraft validate() {
		if (this.customer == null || this.customer.isBlank() || this.customer.length() > MAX_CUSTOMER_LENGTH) {
			throw new InvalidValueException("customer", this.customer, "1 to " + MAX_CUSTOMER_LENGTH + " characters");
		}
		if (this.country == null || !COUNTRY.matcher(this.country).matches()) {
			throw new InvalidValueException("country", this.country, "two capital letters, for example DE");
		}
		if (this.items == null || this.items.isEmpty() || this.items.size() > MAX_ITEMS) {
			throw new InvalidValueException("items", (this.items != null) ? this.items.size() : null,
					"1 to " + MAX_ITEMS + " items");
		}
		List<OrderDraft.Item> checked = new ArrayList<>();
		for (int i = 0; i < this.items.size(); i++) {
			checked.add(validate("items[" + i + "]", this.items.get(i)));
		}
		return new OrderDraft(this.customer, this.country, checked);
	}

	private static OrderDraft.Item validate(String name, @Nullable Item item) {
		if (item == null) {
			throw new InvalidValueException(name, null, "sku and quantity");
		}
		if (item.sku() == null || !SKU.matcher(item.sku()).matches()) {
			throw new InvalidValueException(name + ".sku", item.sku(), "1 to 40 letters, digits, '-' and '_'");
		}
		if (item.quantity() == null || item.quantity() < 1 || item.quantity() > MAX_QUANTITY) {
			throw new InvalidValueException(name + ".quantity", item.quantity(), "1 to " + MAX_QUANTITY);
		}
		return new OrderDraft.Item(item.sku(), item.quantity());
	}

	/**
	 * Item as it comes in.
	 *
	 * @param sku the number of the article
	 * @param quantity how many
	 */
	record Item(@Nullable String sku, @Nullable Integer quantity) {

	}

}
