package io.outboundhttp.autoconfigure;

import io.outboundhttp.client.ClientDefinitions;
import io.outboundhttp.client.RestClientCustomization;

import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;

/**
 * {@link RestClientHttpServiceGroupConfigurer} that applies the customizers of single
 * clients to groups, right after those of Boot.
 */
final class CustomizedServiceGroupConfigurer implements RestClientHttpServiceGroupConfigurer {

	private static final int ORDER = 1;

	private final ClientDefinitions definitions;

	private final RestClientCustomization customization;

	CustomizedServiceGroupConfigurer(ClientDefinitions definitions, RestClientCustomization customization) {
		this.definitions = definitions;
		this.customization = customization;
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	public void configureGroups(Groups<RestClient.Builder> groups) {
		groups.filterByName(this.definitions.names().toArray(String[]::new))
			.forEachClient((group, builder) -> this.customization.applyCustomizers(group.name(), builder));
	}

}
