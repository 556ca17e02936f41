package io.outboundhttp.sample.order;

import org.jspecify.annotations.Nullable;

/**
 * The payments service answered, and the answer is no.
 */
public class PaymentDeclinedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	PaymentDeclinedException(@Nullable String reason) {
		super("The payments service declined: " + ((reason != null) ? reason : "no reason given"));
	}

}
