package io.outboundhttp.sample;

import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.util.TestSocketUtils;

/**
 * Initializer that gives the embedded upstream a free port, before the base URLs that
 * refer to it are read.
 */
final class FreeUpstreamPort implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		TestPropertyValues.of("sample.upstream.port=" + TestSocketUtils.findAvailableTcpPort()).applyTo(context);
	}

}
