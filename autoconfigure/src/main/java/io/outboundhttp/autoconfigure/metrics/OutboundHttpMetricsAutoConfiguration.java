package io.outboundhttp.autoconfigure.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.outboundhttp.autoconfigure.OutboundHttpAutoConfiguration;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.metrics.PoolMetrics;
import io.outboundhttp.metrics.RouteTag;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link AutoConfiguration Auto-configuration} for meters of pools, where Micrometer is
 * on the class path.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = OutboundHttpAutoConfiguration.class)
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBooleanProperty(name = "outbound-http.enabled", matchIfMissing = true)
public final class OutboundHttpMetricsAutoConfiguration {

	/**
	 * The clients need the pools, which tell this bean of their events.
	 */
	@Bean
	@ConditionalOnMissingBean
	PoolMetrics outboundHttpPoolMetrics(ObjectProvider<OutboundHttpClients> clients,
			ObjectProvider<RouteTag> routeTag) {
		return new PoolMetrics((pool) -> clients.getObject().tls(pool), routeTag.getIfAvailable(() -> RouteTag.OFF));
	}

}
