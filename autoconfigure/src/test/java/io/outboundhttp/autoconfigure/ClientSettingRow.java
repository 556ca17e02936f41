package io.outboundhttp.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * What a test knows about one key of a client: a value that is not the default, what it
 * needs beside it, how to see that it works, and its range.
 */
final class ClientSettingRow {

	private final String key;

	private final String value;

	private String element = "";

	private final List<String> clientProperties = new ArrayList<>();

	private final List<String> otherProperties = new ArrayList<>();

	private @Nullable Object shown;

	private @Nullable Consumer<LiveClientView> effect;

	private List<String> accepted = List.of();

	private List<String> refused = List.of();

	ClientSettingRow(String key, String value) {
		this.key = key;
		this.value = value;
		this.shown = value;
	}

	/**
	 * Set an element of the key, where the key is that of a map.
	 */
	ClientSettingRow element(String element) {
		this.element = element;
		return this;
	}

	/**
	 * Set another property of the client too.
	 */
	ClientSettingRow with(String clientProperty) {
		this.clientProperties.add(clientProperty);
		return this;
	}

	/**
	 * Set properties that are not ours too.
	 */
	ClientSettingRow beside(String... properties) {
		this.otherProperties.addAll(List.of(properties));
		return this;
	}

	/**
	 * Tell what the endpoint shows, where that differs from the value.
	 */
	ClientSettingRow shown(@Nullable Object value) {
		this.shown = value;
		return this;
	}

	/**
	 * Tell how to see that the value has arrived.
	 */
	ClientSettingRow effect(Consumer<LiveClientView> effect) {
		this.effect = effect;
		return this;
	}

	/**
	 * Tell the lowest and the highest value.
	 */
	ClientSettingRow accepts(String... values) {
		this.accepted = List.of(values);
		return this;
	}

	/**
	 * Tell values that are just not right.
	 */
	ClientSettingRow refuses(String... values) {
		this.refused = List.of(values);
		return this;
	}

	String key() {
		return this.key;
	}

	@Nullable Object shown() {
		return this.shown;
	}

	List<String> accepted() {
		return this.accepted;
	}

	List<String> refused() {
		return this.refused;
	}

	void verifyEffect(LiveClientView client) {
		Objects.requireNonNull(this.effect, this.key).accept(client);
	}

	/**
	 * Return properties that give the key its value.
	 * @param prefix what stands before the key
	 * @return {@code key=value} pairs
	 */
	String[] properties(String prefix) {
		return properties(prefix, this.value);
	}

	String[] properties(String prefix, String value) {
		List<String> properties = new ArrayList<>(List.of(propertiesBeside(prefix)));
		properties.add(prefix + "." + this.key + this.element + "=" + value);
		return properties.toArray(String[]::new);
	}

	/**
	 * Return what the key needs beside it.
	 * @param prefix what stands before the keys of the client
	 * @return {@code key=value} pairs
	 */
	String[] propertiesBeside(String prefix) {
		List<String> properties = new ArrayList<>(this.otherProperties);
		this.clientProperties.forEach((property) -> properties.add(prefix + "." + property));
		return properties.toArray(String[]::new);
	}

}
