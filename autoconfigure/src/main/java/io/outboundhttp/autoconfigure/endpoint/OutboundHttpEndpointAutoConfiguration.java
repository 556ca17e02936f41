package io.outboundhttp.autoconfigure.endpoint;

import io.outboundhttp.actuate.endpoint.OutboundHttpEndpoint;
import io.outboundhttp.autoconfigure.OutboundHttpAutoConfiguration;
import io.outboundhttp.client.HealthRules;
import io.outboundhttp.client.OutboundHttpClients;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the
 * {@link OutboundHttpEndpoint}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = OutboundHttpAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(OutboundHttpClients.class)
@ConditionalOnAvailableEndpoint(OutboundHttpEndpoint.class)
public final class OutboundHttpEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	OutboundHttpEndpoint outboundHttpEndpoint(OutboundHttpClients clients, HealthRules rules) {
		return new OutboundHttpEndpoint(clients, rules);
	}

}
