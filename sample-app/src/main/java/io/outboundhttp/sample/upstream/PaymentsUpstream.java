package io.outboundhttp.sample.upstream;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Payments service: {@code POST /authorizations}. Approves what is not too much, and
 * gives the same number to the same {@code Idempotency-Key}.
 */
final class PaymentsUpstream implements UpstreamService {

	private static final BigDecimal LIMIT = new BigDecimal("5000.00");

	private final JsonMapper jsonMapper;

	PaymentsUpstream(JsonMapper jsonMapper) {
		this.jsonMapper = jsonMapper;
	}

	@Override
	public Reply reply(String path, HttpServletRequest request) throws IOException {
		if (!path.equals("/authorizations") || !request.getMethod().equals("POST")) {
			return Reply.error(404, "expected: POST /authorizations");
		}
		BigDecimal amount = amount(request);
		if (amount == null || amount.signum() <= 0) {
			return Reply.error(400, "amount: expected: a number above 0");
		}
		Object id = id(request.getHeader("Idempotency-Key"));
		return Reply.ok((amount.compareTo(LIMIT) <= 0) ? Map.of("id", id, "approved", true)
				: Map.of("id", id, "approved", false, "reason", "the amount is above " + LIMIT));
	}

	private @Nullable BigDecimal amount(HttpServletRequest request) throws IOException {
		try {
			return this.jsonMapper.readValue(request.getInputStream(), Body.class).amount();
		}
		catch (JacksonException ex) {
			return null;
		}
	}

	private static UUID id(@Nullable String key) {
		return (key != null) ? UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8)) : UUID.randomUUID();
	}

	/**
	 * What of the body matters.
	 */
	record Body(@Nullable BigDecimal amount) {

	}

}
