package io.outboundhttp.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.core.env.Environment;

/**
 * Tells where a configuration property was set.
 */
final class PropertyOrigins {

	private final Iterable<ConfigurationPropertySource> sources;

	PropertyOrigins(Environment environment) {
		this.sources = ConfigurationPropertySources.get(environment);
	}

	/**
	 * Return a key with the place that sets it or anything below it.
	 * @param key key of a property or a group of properties
	 * @return the key, followed by its origin in brackets where it is known
	 */
	String describe(String key) {
		Origin origin = find(key);
		return (origin != null) ? key + " (" + origin + ")" : key;
	}

	private @Nullable Origin find(String key) {
		ConfigurationPropertyName name = ConfigurationPropertyName.adapt(key, '.');
		for (ConfigurationPropertySource source : this.sources) {
			ConfigurationProperty property = source.getConfigurationProperty(name);
			if (property == null && source instanceof IterableConfigurationPropertySource iterable) {
				property = iterable.stream()
					.filter(name::isAncestorOf)
					.map(source::getConfigurationProperty)
					.findFirst()
					.orElse(null);
			}
			if (property != null) {
				return Origin.from(property);
			}
		}
		return null;
	}

}
