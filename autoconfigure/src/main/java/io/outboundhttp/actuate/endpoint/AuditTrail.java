package io.outboundhttp.actuate.endpoint;

import java.util.Map;

import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.LimitOverride;
import io.outboundhttp.pool.LimitsChange;
import io.outboundhttp.pool.PoolLimits;
import io.outboundhttp.pool.PoolListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Tells what operators do to pools, and by whom: in the log, and as {@link AuditEvent}.
 *
 * @since 0.1.0
 */
public final class AuditTrail implements PoolListener {

	/** Type of the event when limits were changed. */
	public static final String LIMITS_CHANGED = "OUTBOUND_HTTP_LIMITS_CHANGED";

	/** Type of the event when the configured limits hold again. */
	public static final String LIMITS_REVERTED = "OUTBOUND_HTTP_LIMITS_REVERTED";

	/** Type of the event when connections were closed. */
	public static final String CONNECTIONS_CLOSED = "OUTBOUND_HTTP_CONNECTIONS_CLOSED";

	private static final Logger logger = LoggerFactory.getLogger(AuditTrail.class);

	private final ApplicationEventPublisher publisher;

	/**
	 * Create a trail.
	 * @param publisher publishes the events
	 */
	public AuditTrail(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
	}

	void limitsChanged(String client, LimitsChange change) {
		PoolLimits before = change.before();
		LimitOverride override = change.override();
		logger.info("Client '{}': {} changed the limits from {} to {} until {}", client, override.by(), before,
				override.limits(), override.until());
		publish(client, override.by(), LIMITS_CHANGED,
				Map.of("client", client, "maxTotalBefore", before.maxTotal(), "maxPerRouteBefore", before.maxPerRoute(),
						"maxTotal", override.limits().maxTotal(), "maxPerRoute", override.limits().maxPerRoute(),
						"until", override.until().toString()));
	}

	@Override
	public void limitsReverted(ConnectionPool pool, LimitOverride ended) {
		PoolLimits limits = pool.getLimits();
		logger.info("Client '{}': {} again; the time of the limits that {} set is over", pool.getName(), limits,
				ended.by());
		publish(pool.getName(), ended.by(), LIMITS_REVERTED,
				Map.of("client", pool.getName(), "maxTotal", limits.maxTotal(), "maxPerRoute", limits.maxPerRoute()));
	}

	void closed(String client, Scope scope, int closed, String by) {
		logger.info("Client '{}': {} closed {} connections with scope={}", client, by, closed, scope);
		publish(client, by, CONNECTIONS_CLOSED, Map.of("client", client, "scope", scope.toString(), "closed", closed));
	}

	/**
	 * Publish an event. It is done already what the event tells, so a listener that fails
	 * does not make it look as if it was not.
	 */
	private void publish(String client, String principal, String type, Map<String, @Nullable Object> data) {
		try {
			this.publisher.publishEvent(new AuditApplicationEvent(principal, type, data));
		}
		catch (RuntimeException ex) {
			logger.error("Client '{}': a listener of the audit event {} failed", client, type, ex);
		}
	}

}
