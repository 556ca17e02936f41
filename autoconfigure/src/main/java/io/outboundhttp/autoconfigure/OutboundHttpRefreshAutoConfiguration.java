package io.outboundhttp.autoconfigure;

import io.outboundhttp.client.ClientWarmUp;
import io.outboundhttp.client.LoadBalancing;
import io.outboundhttp.client.OutboundHttpClients;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * {@link AutoConfiguration Auto-configuration} for live clients that follow when Spring
 * Cloud changes the environment. A child context has none: its events reach the listener
 * of its parent.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = OutboundHttpAutoConfiguration.class)
@ConditionalOnClass(EnvironmentChangeEvent.class)
@ConditionalOnBean(value = { ConfiguredClients.class, OutboundHttpClients.class }, search = SearchStrategy.CURRENT)
public final class OutboundHttpRefreshAutoConfiguration {

	/**
	 * Before Spring Cloud binds all properties anew, which fails as a whole where one
	 * value cannot be bound.
	 */
	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	ApplicationListener<EnvironmentChangeEvent> outboundHttpRefreshListener(ConfiguredClientsFactory factory,
			ConfiguredClients configured, OutboundHttpClients clients, LoadBalancing loadBalancing) {
		ClientsRefresh refresh = new ClientsRefresh(factory, configured, clients,
				new ClientWarmUp(clients, loadBalancing));
		return new RefreshListener(refresh);
	}

	/**
	 * {@link ApplicationListener} with a type that Spring can tell.
	 */
	@Order(Ordered.HIGHEST_PRECEDENCE)
	private record RefreshListener(ClientsRefresh refresh) implements ApplicationListener<EnvironmentChangeEvent> {

		@Override
		public void onApplicationEvent(EnvironmentChangeEvent event) {
			this.refresh.refresh(event.getKeys());
		}

	}

}
