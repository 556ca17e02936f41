package io.outboundhttp.benchmarks.watch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.outboundhttp.actuate.endpoint.OutboundHttpEndpoint;
import io.outboundhttp.health.OutboundHttpHealthContributor;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.ApplicationContext;

/**
 * Who looks at the pool, and at which one.
 */
enum Look {

	QUIET("1 route, no look", 0, false),

	NONE("10,000 leases of as many routes, no look", Look.MANY, false),

	SCRAPE("the same, 10 scrapes a second", Look.MANY, false) {

		@Override
		Runnable at(ApplicationContext context) {
			return scrape(context);
		}

	},

	SCRAPE_BY_ROUTE("the same, 10 scrapes a second by route", Look.MANY, true) {

		@Override
		Runnable at(ApplicationContext context) {
			return scrape(context);
		}

	},

	HEALTH("the same, 10 health calls a second", Look.MANY, false) {

		@Override
		Runnable at(ApplicationContext context) {
			OutboundHttpHealthContributor contributor = context.getBean(OutboundHttpHealthContributor.class);
			return () -> contributor.stream().forEach((entry) -> ((HealthIndicator) entry.contributor()).health());
		}

	},

	ENDPOINT("the same, 10 reads of the endpoint a second", Look.MANY, false) {

		@Override
		Runnable at(ApplicationContext context) {
			OutboundHttpEndpoint endpoint = context.getBean(OutboundHttpEndpoint.class);
			return endpoint::clients;
		}

	};

	private static final int MANY = 10_000;

	private final String description;

	private final int leases;

	private final boolean isByRoute;

	Look(String description, int leases, boolean isByRoute) {
		this.description = description;
		this.leases = leases;
		this.isByRoute = isByRoute;
	}

	/**
	 * Return what is done again and again, {@code null} for nothing.
	 */
	@Nullable Runnable at(ApplicationContext context) {
		return null;
	}

	private static Runnable scrape(ApplicationContext context) {
		PrometheusMeterRegistry registry = context.getBean(PrometheusMeterRegistry.class);
		return () -> {
			try {
				registry.scrape(new ByteArrayOutputStream());
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		};
	}

	int leases() {
		return this.leases;
	}

	boolean isByRoute() {
		return this.isByRoute;
	}

	@Override
	public String toString() {
		return this.description;
	}

}
