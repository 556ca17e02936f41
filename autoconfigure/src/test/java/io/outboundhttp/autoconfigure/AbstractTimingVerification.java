package io.outboundhttp.autoconfigure;

import io.micrometer.core.instrument.HttpClientTimingInstrumentationVerificationTests;
import io.micrometer.observation.docs.ObservationDocumentation;
import io.outboundhttp.PoolLeakExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.context.ApplicationContext;
import org.springframework.http.client.observation.ClientHttpObservationDocumentation;

/**
 * Micrometer's verification of what an HTTP client times, on one kind of client of ours.
 * Spring instruments with observations only, so where the suite brings nothing but a
 * meter registry, Spring Boot's own observation registry times into it. The timer then
 * also has Micrometer's tag {@code error}, which the suite expects of observations alone:
 * it is not held against Spring's documentation there. Nothing else is overridden.
 *
 * @param <C> type of the client
 */
@Timeout(60)
abstract class AbstractTimingVerification<C> extends HttpClientTimingInstrumentationVerificationTests<C> {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final TimedApplication application = new TimedApplication(this.leaks);

	private boolean observed;

	@AfterEach
	void stop() {
		this.application.close();
	}

	/**
	 * Return the client of an application.
	 */
	abstract C client(ApplicationContext context);

	@Override
	protected C clientInstrumentedWithMetrics() {
		return client(this.application.timedInto(getRegistry()));
	}

	@Override
	protected C clientInstrumentedWithObservations() {
		this.observed = true;
		return client(this.application.observedBy(getObservationRegistry()));
	}

	@Override
	protected @Nullable ObservationDocumentation observationDocumentation() {
		return this.observed ? ClientHttpObservationDocumentation.HTTP_CLIENT_EXCHANGES : null;
	}

}
