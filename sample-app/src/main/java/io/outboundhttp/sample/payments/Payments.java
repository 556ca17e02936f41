package io.outboundhttp.sample.payments;

import java.math.BigDecimal;

import io.outboundhttp.sample.remote.RemoteCalls;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/**
 * Payments service, as the rest of the application sees it.
 */
@Component
public class Payments {

	private static final String NAME = "payments";

	private final RestClient restClient;

	Payments(@Qualifier(NAME) RestClient restClient) {
		this.restClient = restClient;
	}

	/**
	 * Ask whether an amount may be charged. The order's number goes along as
	 * {@code Idempotency-Key}, so that a request that is sent twice is charged once.
	 * @param order the number of the order
	 * @param customer who pays
	 * @param amount how much, in euros
	 * @return the answer, which may be a refusal
	 */
	public Authorization authorize(String order, String customer, BigDecimal amount) {
		return RemoteCalls.call(NAME,
				() -> this.restClient.post()
					.uri("/authorizations")
					.header("Idempotency-Key", order)
					.body(new AuthorizationRequest(order, customer, amount))
					.retrieve()
					.body(Authorization.class));
	}

}
