package io.outboundhttp.autoconfigure.health;

import io.outboundhttp.autoconfigure.OutboundHttpAutoConfiguration;
import io.outboundhttp.client.HealthRules;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.health.OutboundHttpHealthContributor;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the health of outbound HTTP
 * clients.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = OutboundHttpAutoConfiguration.class,
		beforeName = "org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration")
@ConditionalOnClass({ Health.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(OutboundHttpClients.class)
@ConditionalOnEnabledHealthIndicator("outbound-http")
public final class OutboundHttpHealthContributorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "outboundHttpHealthContributor")
	OutboundHttpHealthContributor outboundHttpHealthContributor(OutboundHttpClients clients, HealthRules rules) {
		return new OutboundHttpHealthContributor(clients, rules);
	}

}
