package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.json.JsonParserFactory;

/**
 * Configuration metadata that the build generated for our own keys, as IDEs read it.
 */
final class GeneratedMetadata {

	static final String DEFAULTS = KnownKeys.DEFAULTS_PREFIX + ".";

	private static final String LOCATION = "META-INF/spring-configuration-metadata.json";

	private static final String PREFIX = OutboundHttpProperties.PREFIX + ".";

	private final List<Property> properties = new ArrayList<>();

	private final List<Map<?, ?>> hints;

	private GeneratedMetadata(Map<String, Object> root) {
		for (Map<?, ?> property : list(root, "properties")) {
			this.properties.add(new Property(String.valueOf(property.get("name")), String.valueOf(property.get("type")),
					String.valueOf(property.get("description")), property.get("defaultValue")));
		}
		this.hints = list(root, "hints");
	}

	/**
	 * Read the one metadata file on the class path that holds our keys.
	 * @return the metadata
	 */
	static GeneratedMetadata load() {
		List<GeneratedMetadata> found = new ArrayList<>();
		try {
			ClassLoader classLoader = GeneratedMetadata.class.getClassLoader();
			for (URL url : Collections.list(classLoader.getResources(LOCATION))) {
				try (InputStream in = url.openStream()) {
					String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
					if (json.contains('"' + PREFIX)) {
						found.add(new GeneratedMetadata(JsonParserFactory.getJsonParser().parseMap(json)));
					}
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		if (found.size() != 1) {
			throw new IllegalStateException(found.size() + " metadata files with our keys (expected: 1)");
		}
		return found.get(0);
	}

	private static List<Map<?, ?>> list(Map<?, ?> map, String key) {
		List<Map<?, ?>> result = new ArrayList<>();
		if (map.get(key) instanceof List<?> elements) {
			elements.forEach((element) -> result.add((Map<?, ?>) element));
		}
		return result;
	}

	/**
	 * Return our properties.
	 * @return everything below {@code outbound-http}
	 */
	List<Property> properties() {
		return this.properties.stream().filter((property) -> property.name().startsWith(PREFIX)).toList();
	}

	/**
	 * Return the settings that clients inherit.
	 * @return sorted keys below {@code outbound-http.defaults}, without that prefix
	 */
	TreeSet<String> defaultsKeys() {
		TreeSet<String> keys = new TreeSet<>();
		for (Property property : properties()) {
			if (property.name().startsWith(DEFAULTS)) {
				keys.add(property.name().substring(DEFAULTS.length()));
			}
		}
		return keys;
	}

	/**
	 * Return the hints for a key.
	 * @param name name of the hint
	 * @return the values and providers that IDEs offer
	 */
	Hint hint(String name) {
		for (Map<?, ?> hint : this.hints) {
			if (name.equals(hint.get("name"))) {
				return new Hint(list(hint, "values"),
						list(hint, "providers").stream()
							.map((provider) -> String.valueOf(provider.get("name")))
							.toList());
			}
		}
		throw new AssertionError("No hint '" + name + "' in " + this.hints);
	}

	/**
	 * Property of the metadata.
	 *
	 * @param name full key
	 * @param type type as Java writes it
	 * @param description what an IDE shows
	 * @param defaultValue default, {@code null} without one
	 */
	record Property(String name, String type, String description, @Nullable Object defaultValue) {

	}

	/**
	 * Hint of the metadata.
	 *
	 * @param values proposed values with their descriptions
	 * @param providers names of the providers of further values
	 */
	record Hint(List<Map<?, ?>> values, List<String> providers) {

	}

}
