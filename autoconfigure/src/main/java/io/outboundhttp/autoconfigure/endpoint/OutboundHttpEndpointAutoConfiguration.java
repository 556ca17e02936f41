package io.outboundhttp.autoconfigure.endpoint;

import io.outboundhttp.actuate.endpoint.AuditTrail;
import io.outboundhttp.actuate.endpoint.ClosedDescriptor;
import io.outboundhttp.actuate.endpoint.ErrorDescriptor;
import io.outboundhttp.actuate.endpoint.LimitsChangeDescriptor;
import io.outboundhttp.actuate.endpoint.OutboundHttpEndpoint;
import io.outboundhttp.actuate.endpoint.OutboundHttpEndpointWebExtension;
import io.outboundhttp.advice.Advisor;
import io.outboundhttp.autoconfigure.OutboundHttpAutoConfiguration;
import io.outboundhttp.client.HealthRules;
import io.outboundhttp.client.OutboundHttpClients;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
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
@EnableConfigurationProperties(OutboundHttpEndpointProperties.class)
@RegisterReflectionForBinding({ LimitsChangeDescriptor.class, ClosedDescriptor.class, ErrorDescriptor.class })
public final class OutboundHttpEndpointAutoConfiguration {

	private static final EndpointId ID = EndpointId.of("outboundhttp");

	@Bean
	@ConditionalOnMissingBean
	OutboundHttpEndpoint outboundHttpEndpoint(OutboundHttpClients clients, HealthRules rules, Advisor advisor,
			OutboundHttpEndpointProperties properties, AuditTrail audit, EndpointAccessResolver access) {
		return new OutboundHttpEndpoint(clients, rules, advisor, audit, properties.getShowValues(),
				access.accessFor(ID, Access.READ_ONLY));
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(OutboundHttpEndpoint.class)
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
	OutboundHttpEndpointWebExtension outboundHttpEndpointWebExtension(OutboundHttpEndpoint endpoint,
			OutboundHttpEndpointProperties properties) {
		return new OutboundHttpEndpointWebExtension(endpoint, properties.getShowValues(), properties.getRoles());
	}

	@Bean
	@ConditionalOnMissingBean
	AuditTrail outboundHttpAuditTrail(ApplicationEventPublisher publisher) {
		return new AuditTrail(publisher);
	}

}
