package io.outboundhttp.sample.order;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import io.outboundhttp.sample.catalog.Catalog;
import io.outboundhttp.sample.catalog.CatalogItem;
import io.outboundhttp.sample.payments.Authorization;
import io.outboundhttp.sample.payments.Payments;
import io.outboundhttp.sample.shipping.Shipping;
import io.outboundhttp.sample.shipping.ShippingQuote;

import org.springframework.stereotype.Service;

/**
 * Places orders: looks up every article, asks what the delivery costs, and has the total
 * approved. Safe for use by many threads.
 */
@Service
public class OrderService {

	private final Catalog catalog;

	private final Shipping shipping;

	private final Payments payments;

	private final OrderStore store;

	OrderService(Catalog catalog, Shipping shipping, Payments payments, OrderStore store) {
		this.catalog = catalog;
		this.shipping = shipping;
		this.payments = payments;
		this.store = store;
	}

	/**
	 * Place an order. Blocks while the three services are asked, one after the other.
	 * @param draft what is ordered
	 * @return the order with its price
	 */
	public Order place(OrderDraft draft) {
		String id = UUID.randomUUID().toString();
		List<Order.Line> lines = new ArrayList<>();
		BigDecimal total = BigDecimal.ZERO;
		long grams = 0;
		for (OrderDraft.Item item : draft.items()) {
			CatalogItem article = this.catalog.item(item.sku());
			BigDecimal price = article.price().multiply(BigDecimal.valueOf(item.quantity()));
			lines.add(new Order.Line(article.sku(), article.name(), item.quantity(), article.price(), price));
			total = total.add(price);
			grams += (long) article.grams() * item.quantity();
		}
		ShippingQuote quote = this.shipping.quote(draft.country(), grams);
		total = total.add(quote.price());
		Authorization authorization = this.payments.authorize(id, draft.customer(), total);
		if (!authorization.approved()) {
			throw new PaymentDeclinedException(authorization.reason());
		}
		Order order = new Order(id, draft.customer(), draft.country(), lines, quote, total, authorization.id(),
				Instant.now());
		this.store.save(order);
		return order;
	}

	/**
	 * Find one of the latest orders.
	 * @param id the number of the order
	 * @return the order, if it is still kept
	 */
	public Optional<Order> find(String id) {
		return this.store.find(id);
	}

}
