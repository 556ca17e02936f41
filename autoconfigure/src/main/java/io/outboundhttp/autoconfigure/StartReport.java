package io.outboundhttp.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

import io.outboundhttp.advice.Advice;
import io.outboundhttp.advice.Advisor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.core.env.Environment;

/**
 * Says once, when the application context is complete, what the clients are and what
 * should be changed. A child context has no clients of its own, only what Spring Boot's
 * builders in it use.
 */
final class StartReport implements ApplicationListener<ContextRefreshedEvent> {

	private static final Logger logger = LoggerFactory.getLogger(StartReport.class);

	private static final String ADVISOR = "outboundHttpAdvisor";

	private static final int CLIENTS_SHOWN = 20;

	private final AtomicBoolean done = new AtomicBoolean();

	private final ApplicationContext context;

	private final Environment environment;

	private final ObjectProvider<ClientHttpRequestFactoryBuilder<?>> builder;

	private final Advisor advisor;

	/**
	 * Create a report.
	 * @param context the application context of the clients
	 * @param environment its environment
	 * @param builder Boot's builder bean
	 * @param advisor knows the clients
	 */
	StartReport(ApplicationContext context, Environment environment,
			ObjectProvider<ClientHttpRequestFactoryBuilder<?>> builder, Advisor advisor) {
		this.context = context;
		this.environment = environment;
		this.builder = builder;
		this.advisor = advisor;
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		if (event.getApplicationContext() != this.context || !this.done.compareAndSet(false, true)) {
			return;
		}
		try {
			report();
		}
		catch (RuntimeException ex) {
			logger.warn("The HTTP clients could not be looked at; they work all the same", ex);
		}
	}

	private void report() {
		@Nullable TakeoverReport takeover = TakeoverReport.of(this.environment, this.builder.getIfAvailable());
		boolean child = !this.context.containsLocalBean(ADVISOR);
		if (child && takeover == null) {
			return;
		}
		List<Advice> advice = child ? List.of() : this.advisor.advice();
		List<String> lines = new ArrayList<>();
		lines.add((takeover != null) ? takeover.message() : "Outbound HTTP clients");
		if (!child) {
			this.advisor.describe(CLIENTS_SHOWN).forEach((client) -> lines.add("  " + client));
		}
		advice.forEach((one) -> lines.add("  " + line(one)));
		String report = String.join("\n", lines);
		boolean warning = (takeover != null && takeover.warning())
				|| advice.stream().anyMatch((one) -> one.level() == Advice.Level.WARN);
		if (warning) {
			logger.warn(report);
		}
		else {
			logger.info(report);
		}
	}

	private static String line(Advice advice) {
		String keys = advice.keys().isEmpty() ? "" : "; change " + String.join(" or ", advice.keys());
		return "%s %s: %s%s".formatted(advice.level().name().toLowerCase(Locale.ROOT), advice.code(), advice.message(),
				keys);
	}

}
