package io.outboundhttp.sample.web;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * A caller sent a value that makes no sense. Becomes an answer with status 400 that says
 * which one, and what would.
 */
public class InvalidValueException extends ResponseStatusException {

	private static final long serialVersionUID = 1L;

	private static final int MAX_SHOWN = 60;

	/**
	 * Create an exception.
	 * @param name what the caller calls the value
	 * @param value the value, null if there is none
	 * @param expected what would be right
	 */
	public InvalidValueException(String name, @Nullable Object value, String expected) {
		super(HttpStatus.BAD_REQUEST, "%s: %s (expected: %s)".formatted(name, show(value), expected));
	}

	private static String show(@Nullable Object value) {
		if (value == null) {
			return "missing";
		}
		if (value instanceof String text) {
			return (text.length() <= MAX_SHOWN) ? "'" + text + "'" : "'" + text.substring(0, MAX_SHOWN) + "…'";
		}
		return value.toString();
	}

}
