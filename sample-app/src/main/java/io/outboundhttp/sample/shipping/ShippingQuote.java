package io.outboundhttp.sample.shipping;

import java.math.BigDecimal;

import org.springframework.util.Assert;

/**
 * Answer of the shipping service.
 *
 * @param carrier who delivers
 * @param price for how much, in euros
 * @param days within how many days
 */
public record ShippingQuote(String carrier, BigDecimal price, int days) {

	public ShippingQuote {
		Assert.hasText(carrier, "'carrier' must not be empty");
		Assert.notNull(price, "'price' must not be null");
	}

}
