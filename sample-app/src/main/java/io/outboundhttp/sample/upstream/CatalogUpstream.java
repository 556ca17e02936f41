package io.outboundhttp.sample.upstream;

import java.math.BigDecimal;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Catalog of a small shop: {@code GET /items/{sku}.json}.
 */
final class CatalogUpstream implements UpstreamService {

	private static final Pattern ITEM = Pattern.compile("/items/([^/]+)\\.json");

	private final Map<String, Item> items = Stream
		.of(new Item("tea-01", "Darjeeling, first flush", new BigDecimal("12.90"), 110),
				new Item("tea-02", "Assam, broken leaf", new BigDecimal("6.50"), 260),
				new Item("pot-01", "Teapot, cast iron", new BigDecimal("49.00"), 1450),
				new Item("cup-01", "Cup, white porcelain", new BigDecimal("8.20"), 180),
				new Item("tin-01", "Tea tin, 250 g", new BigDecimal("5.40"), 140))
		.collect(Collectors.toUnmodifiableMap(Item::sku, Function.identity()));

	@Override
	public Reply reply(String path, HttpServletRequest request) {
		Matcher matcher = ITEM.matcher(path);
		if (!matcher.matches() || !request.getMethod().equals("GET")) {
			return Reply.error(404, "expected: GET /items/{sku}.json");
		}
		Item item = this.items.get(matcher.group(1));
		return (item != null) ? Reply.ok(item) : Reply.error(404, "no such article");
	}

	/**
	 * Article as the catalog writes it.
	 */
	record Item(String sku, String name, BigDecimal price, int grams) {

	}

}
