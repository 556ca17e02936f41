package io.outboundhttp.autoconfigure;

import java.time.Duration;

import io.outboundhttp.pool.ConnectionPools;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Closes the pools after all beans of the application. Spring destroys in reverse order
 * what it has created, and a {@link BeanFactoryPostProcessor} comes first. Dependencies
 * alone would not do: those through an {@code ObjectProvider} are unknown to Spring.
 */
final class ConnectionPoolsCloser implements BeanFactoryPostProcessor, DisposableBean {

	private @Nullable ConnectionPools pools;

	private Duration drainTimeout = Duration.ZERO;

	/**
	 * Take over the closing of pools.
	 * @param pools the pools
	 * @param drainTimeout longest wait for connections in use
	 * @return the same pools
	 */
	ConnectionPools closeLast(ConnectionPools pools, Duration drainTimeout) {
		this.pools = pools;
		this.drainTimeout = drainTimeout;
		return pools;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
	}

	@Override
	public void destroy() {
		if (this.pools != null) {
			this.pools.close(this.drainTimeout);
		}
	}

}
