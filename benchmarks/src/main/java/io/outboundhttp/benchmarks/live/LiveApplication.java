package io.outboundhttp.benchmarks.live;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Application without beans of its own.
 */
@SpringBootApplication(proxyBeanMethods = false)
class LiveApplication {

	static ConfigurableApplicationContext start(String... properties) {
		List<String> args = new ArrayList<>(List.of("--spring.main.banner-mode=off", "--logging.level.root=error"));
		args.addAll(Arrays.asList(properties));
		return new SpringApplicationBuilder(LiveApplication.class).web(WebApplicationType.NONE)
			.run(args.toArray(String[]::new));
	}

}
