package io.outboundhttp.sample.shipping;

import io.outboundhttp.sample.remote.RemoteCalls;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestTemplate;

/**
 * Shipping service, as the rest of the application sees it. It uses a
 * {@link RestTemplate}, as many an application still does.
 */
@Component
public class Shipping {

	private static final String NAME = "shipping";

	private final RestTemplate restTemplate;

	Shipping(@Qualifier(NAME) RestTemplate restTemplate) {
		this.restTemplate = restTemplate;
	}

	/**
	 * Ask what a delivery costs.
	 * @param country two-letter code of the country it goes to
	 * @param grams how much it weighs
	 * @return the quote
	 */
	public ShippingQuote quote(String country, long grams) {
		return RemoteCalls.call(NAME, () -> this.restTemplate.getForObject("/quotes?country={country}&grams={grams}",
				ShippingQuote.class, country, grams));
	}

}
