package io.outboundhttp.sample.payments;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Answer of the payments service.
 *
 * @param id the number of the authorization
 * @param approved whether the amount may be charged
 * @param reason why not, if it may not
 */
public record Authorization(String id, boolean approved, @Nullable String reason) {

	public Authorization {
		Assert.hasText(id, "'id' must not be empty");
	}

}
