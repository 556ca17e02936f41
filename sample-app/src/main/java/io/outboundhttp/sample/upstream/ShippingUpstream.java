package io.outboundhttp.sample.upstream;

import java.math.BigDecimal;
import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Shipping service: {@code GET /quotes?country=DE&grams=1200}.
 */
final class ShippingUpstream implements UpstreamService {

	private static final BigDecimal HOME = new BigDecimal("3.90");

	private static final BigDecimal ABROAD = new BigDecimal("11.90");

	private static final BigDecimal PER_KILOGRAM = new BigDecimal("0.80");

	@Override
	public Reply reply(String path, HttpServletRequest request) {
		if (!path.equals("/quotes") || !request.getMethod().equals("GET")) {
			return Reply.error(404, "expected: GET /quotes?country={country}&grams={grams}");
		}
		String country = request.getParameter("country");
		String grams = request.getParameter("grams");
		if (country == null || !country.matches("[A-Z]{2}")) {
			return Reply.error(400, "country: expected: two capital letters");
		}
		if (grams == null || !grams.matches("\\d{1,9}")) {
			return Reply.error(400, "grams: expected: a number");
		}
		boolean home = country.equals("DE");
		long kilograms = Long.parseLong(grams) / 1000;
		BigDecimal price = (home ? HOME : ABROAD).add(PER_KILOGRAM.multiply(BigDecimal.valueOf(kilograms)));
		return Reply.ok(Map.of("carrier", home ? "Parcel post" : "Air mail", "price", price, "days", home ? 2 : 6));
	}

}
