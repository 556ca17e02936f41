package io.outboundhttp.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * {@link EnvironmentPostProcessor} that repeats the base URL of each client as Boot's
 * property of the HTTP service group of that name. Spring Cloud LoadBalancer looks there,
 * and takes a group without one for the name of a service. What the application sets in
 * Boot's property stays in front.
 */
final class ServiceGroupBaseUrls implements EnvironmentPostProcessor, Ordered {

	static final String PROPERTY_SOURCE_NAME = "outboundHttpServiceGroupBaseUrls";

	private static final String ENABLED_KEY = OutboundHttpProperties.PREFIX + ".enabled";

	private static final Bindable<String> STRING = Bindable.of(String.class);

	/**
	 * Return Boot's property for the base URL of a group.
	 * @param group name of the group
	 * @return the key
	 */
	static String key(String group) {
		return "spring.http.serviceclient" + KnownKeys.element(group) + ".base-url";
	}

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		Map<String, Object> baseUrls = baseUrls(environment);
		environment.getPropertySources().remove(PROPERTY_SOURCE_NAME);
		if (!baseUrls.isEmpty()) {
			environment.getPropertySources().addLast(new MapPropertySource(PROPERTY_SOURCE_NAME, baseUrls));
		}
	}

	/**
	 * Return the base URLs that are repeated. What cannot be bound is reported when the
	 * application context binds it again, with a proper analysis.
	 */
	private static Map<String, Object> baseUrls(ConfigurableEnvironment environment) {
		Map<String, Object> baseUrls = new LinkedHashMap<>();
		Binder binder = Binder.get(environment);
		try {
			if (EnabledClients.isTrue(binder, ENABLED_KEY) && EnabledClients.isTrue(binder, OnTakeoverCondition.KEY)) {
				for (String name : EnabledClients.find(environment)) {
					binder.bind(KnownKeys.name(KnownKeys.clientPrefix(name) + ".base-url"), STRING)
						.ifBound((baseUrl) -> baseUrls.put(key(name), baseUrl));
				}
			}
		}
		catch (BindException | OutboundHttpConfigurationException ex) {
			return Map.of();
		}
		return baseUrls;
	}

	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

}
