package io.outboundhttp.autoconfigure;

import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.client.RestClientCustomization;

import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;
import org.springframework.web.service.registry.HttpServiceGroup;

/**
 * {@link RestClientHttpServiceGroupConfigurer} that puts each group on the client of its
 * name. It stands between Boot's configurer of properties, which sets another request
 * factory, and Boot's configurer of customizers, which may set that of a mock server.
 */
final class ManagedServiceGroupConfigurer implements RestClientHttpServiceGroupConfigurer {

	private static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 20;

	private final ConfiguredClients definitions;

	private final OutboundHttpClients clients;

	private final RestClientCustomization customization;

	private final Environment environment;

	ManagedServiceGroupConfigurer(ConfiguredClients definitions, OutboundHttpClients clients,
			RestClientCustomization customization, Environment environment) {
		this.definitions = definitions;
		this.clients = clients;
		this.customization = customization;
		this.environment = environment;
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	public void configureGroups(Groups<RestClient.Builder> groups) {
		groups.forEachClient(this::configure);
	}

	private void configure(HttpServiceGroup group, RestClient.Builder builder) {
		this.definitions.addServiceGroup(group.name());
		if (!this.definitions.names().contains(group.name())) {
			return;
		}
		ClientDefinition definition = this.definitions.get(group.name());
		builder.requestFactory(this.clients.requestFactory(group.name()));
		this.customization.applyHeaders(definition, builder);
		String baseUrl = definition.get(ClientSetting.BASE_URL);
		if (baseUrl != null && !baseUrl.equals(bootBaseUrl(group.name()))) {
			this.customization.applyBaseUrl(definition, builder);
		}
	}

	/**
	 * Return the base URL that Boot, and after it Spring Cloud, sees for a group.
	 */
	private String bootBaseUrl(String group) {
		return this.environment.getProperty(ServiceGroupBaseUrls.key(group), "");
	}

}
