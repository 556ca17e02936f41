package io.outboundhttp.testsupport;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Immutable HTTP headers in the order of the wire, looked up without regard to case.
 */
public final class Headers {

	private static final Headers NONE = new Headers(List.of());

	private final List<Field> fields;

	private Headers(List<Field> fields) {
		this.fields = List.copyOf(fields);
	}

	/**
	 * Return headers without any field.
	 * @return no headers
	 */
	public static Headers none() {
		return NONE;
	}

	/**
	 * Return headers made of alternating names and values.
	 * @param namesAndValues name, value, name, value and so on
	 * @return the headers
	 */
	public static Headers of(String... namesAndValues) {
		if (namesAndValues.length % 2 != 0) {
			throw new IllegalArgumentException(
					"namesAndValues: " + namesAndValues.length + " strings (expected: an even number)");
		}
		List<Field> fields = new ArrayList<>();
		for (int i = 0; i < namesAndValues.length; i += 2) {
			fields.add(new Field(namesAndValues[i], namesAndValues[i + 1]));
		}
		return new Headers(fields);
	}

	static Headers ofFields(List<Field> fields) {
		return new Headers(fields);
	}

	/**
	 * Return these headers with one more field at the end.
	 * @param name the name
	 * @param value the value
	 * @return new headers
	 */
	public Headers with(String name, String value) {
		List<Field> fields = new ArrayList<>(this.fields);
		fields.add(new Field(name, value));
		return new Headers(fields);
	}

	/**
	 * Return these headers without any field of that name.
	 * @param name the name
	 * @return new headers
	 */
	public Headers without(String name) {
		return new Headers(this.fields.stream().filter((field) -> !field.name().equalsIgnoreCase(name)).toList());
	}

	/**
	 * Return the value of the first field of that name.
	 * @param name the name
	 * @return the value, or {@code null} if there is none
	 */
	public @Nullable String first(String name) {
		List<String> values = all(name);
		return values.isEmpty() ? null : values.get(0);
	}

	/**
	 * Return the values of all fields of that name.
	 * @param name the name
	 * @return the values in the order of the wire
	 */
	public List<String> all(String name) {
		return this.fields.stream().filter((field) -> field.name().equalsIgnoreCase(name)).map(Field::value).toList();
	}

	/**
	 * Return whether there is a field of that name.
	 * @param name the name
	 * @return whether there is one
	 */
	public boolean contains(String name) {
		return !all(name).isEmpty();
	}

	/**
	 * Return whether a comma separated field, such as {@code Connection}, holds a token.
	 * @param name the name of the field
	 * @param token the token, whose case does not matter
	 * @return whether the token is there
	 */
	public boolean hasToken(String name, String token) {
		for (String value : all(name)) {
			for (String candidate : value.split(",")) {
				if (candidate.strip().equalsIgnoreCase(token)) {
					return true;
				}
			}
		}
		return false;
	}

	/**
	 * Return the distinct names in lower case.
	 * @return the names in the order of the wire
	 */
	public List<String> names() {
		return this.fields.stream().map((field) -> field.name().toLowerCase(Locale.ROOT)).distinct().toList();
	}

	/**
	 * Return every field as it was on the wire.
	 * @return the fields
	 */
	public List<Field> fields() {
		return this.fields;
	}

	@Override
	public String toString() {
		return this.fields.toString();
	}

	/**
	 * One line of a header.
	 *
	 * @param name the name as written
	 * @param value the value without surrounding white space
	 */
	public record Field(String name, String value) {

		@Override
		public String toString() {
			return this.name + ": " + this.value;
		}

	}

}
