package io.outboundhttp.sample.order;

import java.util.List;

/**
 * Order that makes sense and has no price yet.
 *
 * @param customer who orders
 * @param country two-letter code of the country to deliver to
 * @param items what is ordered
 */
public record OrderDraft(String customer, String country, List<Item> items) {

	public OrderDraft {
		items = List.copyOf(items);
	}

	/**
	 * What is ordered, and how many of it.
	 *
	 * @param sku the number of the article
	 * @param quantity how many
	 */
	public record Item(String sku, int quantity) {

	}

}
