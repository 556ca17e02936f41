package io.outboundhttp.sample.order;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

import io.outboundhttp.sample.shipping.ShippingQuote;

/**
 * Order with its price. All amounts are in euros.
 *
 * @param id the number of the order
 * @param customer who ordered
 * @param country two-letter code of the country to deliver to
 * @param lines what was ordered
 * @param shipping how it is delivered
 * @param total what is to be paid: all lines and the delivery
 * @param authorization the number under which payments approved the total
 * @param placedAt when it was placed
 */
public record Order(String id, String customer, String country, List<Line> lines, ShippingQuote shipping,
		BigDecimal total, String authorization, Instant placedAt) {

	public Order {
		lines = List.copyOf(lines);
	}

	/**
	 * One line of the order.
	 *
	 * @param sku the number of the article
	 * @param name what it is
	 * @param quantity how many
	 * @param unitPrice price of one
	 * @param price price of all
	 */
	public record Line(String sku, String name, int quantity, BigDecimal unitPrice, BigDecimal price) {

	}

}
