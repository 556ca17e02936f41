package io.outboundhttp.client;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Difference between two definitions of a client, and what follows from it for what is
 * built already. What application code has set in place of the former value stays.
 * Immutable.
 *
 * @since 0.1.0
 */
public final class ClientChange {

	/** What beans hold from the start of the application on. */
	private static final Set<ClientSetting<?>> FIXED = Set.of(ClientSetting.ENABLED, ClientSetting.BASE_URL,
			ClientSetting.DEFAULT_HEADER, ClientSetting.HEALTH_ENABLED);

	/** What an HttpClient or its connection manager is built with. */
	private static final Set<ClientSetting<?>> BUILT_IN = Set.of(ClientSetting.USER_AGENT, ClientSetting.REDIRECTS,
			ClientSetting.COOKIE_HANDLING, ClientSetting.SSL_BUNDLE, ClientSetting.PROXY_HOST, ClientSetting.PROXY_PORT,
			ClientSetting.PROXY_USERNAME, ClientSetting.PROXY_PASSWORD, ClientSetting.PROXY_NON_PROXY_HOSTS,
			ClientSetting.POOL_BUFFER_SIZE);

	private static final Set<ClientSetting<?>> EGRESS = Set.of(ClientSetting.EGRESS_ALLOW, ClientSetting.EGRESS_DENY,
			ClientSetting.EGRESS_MODE, ClientSetting.EGRESS_UNRESOLVABLE);

	private final ClientDefinition before;

	private final ClientDefinition after;

	private final Set<ClientSetting<?>> settings = new LinkedHashSet<>();

	private final Set<ClientSetting<?>> refused = new LinkedHashSet<>();

	/**
	 * Compare two definitions.
	 * @param before what the client is
	 * @param after what it is to be
	 */
	public ClientChange(ClientDefinition before, ClientDefinition after) {
		this.before = before;
		for (ClientSetting<?> setting : ClientSetting.all()) {
			if (!Objects.equals(before.get(setting), after.get(setting))) {
				(FIXED.contains(setting) ? this.refused : this.settings).add(setting);
			}
		}
		this.after = after.with(before, FIXED);
	}

	/**
	 * Return the name of the client.
	 * @return the name
	 */
	public String getName() {
		return this.before.getName();
	}

	/**
	 * Return what the client was.
	 * @return the definition
	 */
	public ClientDefinition getBefore() {
		return this.before;
	}

	/**
	 * Return what the client is from now on.
	 * @return the definition, in which settings that cannot change have their former
	 * value
	 */
	public ClientDefinition getAfter() {
		return this.after;
	}

	/**
	 * Return the settings that change.
	 * @return the settings in the order of the documentation
	 */
	public Set<ClientSetting<?>> getSettings() {
		return Set.copyOf(this.settings);
	}

	/**
	 * Return the settings that have another value, but change with a restart only.
	 * @return the settings
	 */
	public Set<ClientSetting<?>> getRefused() {
		return Set.copyOf(this.refused);
	}

	/**
	 * Return the settings that HttpClients are built with.
	 */
	List<ClientSetting<?>> builtIn() {
		return this.settings.stream().filter(BUILT_IN::contains).toList();
	}

	/**
	 * Return whether other targets are allowed than before.
	 */
	boolean isOfEgress() {
		return this.settings.stream().anyMatch(EGRESS::contains);
	}

	/**
	 * Return what HttpClients that cannot be built anew go on with.
	 */
	ClientDefinition afterWithoutBuild() {
		return this.after.with(this.before, BUILT_IN);
	}

	ConnectionConfig connectionConfig(ConnectionConfig config) {
		// the copy of HttpClient 5.6 forgets the idle timeout
		ConnectionConfig.Builder changed = ConnectionConfig.copy(config).setIdleTimeout(config.getIdleTimeout());
		if (isFormer(ClientSetting.CONNECT_TIMEOUT, config.getConnectTimeout())) {
			changed.setConnectTimeout(Timeout.of(this.after.require(ClientSetting.CONNECT_TIMEOUT)));
		}
		if (isFormer(ClientSetting.READ_TIMEOUT, config.getSocketTimeout())) {
			changed.setSocketTimeout(Timeout.of(this.after.require(ClientSetting.READ_TIMEOUT)));
		}
		if (isFormer(ClientSetting.POOL_TIME_TO_LIVE, config.getTimeToLive())) {
			changed.setTimeToLive(orOff(this.after.require(ClientSetting.POOL_TIME_TO_LIVE)));
		}
		if (isFormer(ClientSetting.POOL_IDLE_TIMEOUT, config.getIdleTimeout())) {
			TimeValue idle = orOff(this.after.require(ClientSetting.POOL_IDLE_TIMEOUT));
			changed.setIdleTimeout((idle != null) ? idle.toTimeout() : null);
		}
		if (isFormer(ClientSetting.POOL_VALIDATE_AFTER_INACTIVITY, config.getValidateAfterInactivity())) {
			changed.setValidateAfterInactivity(
					TimeValue.of(this.after.require(ClientSetting.POOL_VALIDATE_AFTER_INACTIVITY)));
		}
		return changed.build();
	}

	RequestConfig requestConfig(RequestConfig config) {
		RequestConfig.Builder changed = RequestConfig.copy(config);
		if (isFormer(ClientSetting.READ_TIMEOUT, config.getResponseTimeout())) {
			changed.setResponseTimeout(Timeout.of(this.after.require(ClientSetting.READ_TIMEOUT)));
		}
		if (isFormer(ClientSetting.POOL_ACQUIRE_TIMEOUT, config.getConnectionRequestTimeout())) {
			changed.setConnectionRequestTimeout(Timeout.of(this.after.require(ClientSetting.POOL_ACQUIRE_TIMEOUT)));
		}
		return changed.build();
	}

	/**
	 * Return a limit of a pool after the change.
	 * @param setting the setting
	 * @param current the limit of now
	 * @return the new limit
	 */
	int limit(ClientSetting<Integer> setting, int current) {
		return (current == this.before.require(setting)) ? this.after.require(setting) : current;
	}

	private boolean isFormer(ClientSetting<Duration> setting, @Nullable TimeValue value) {
		Duration former = this.before.require(setting);
		return (value == null || !TimeValue.isPositive(value)) ? former.isZero() : value.toDuration().equals(former);
	}

	private static @Nullable TimeValue orOff(Duration duration) {
		return duration.isZero() ? null : TimeValue.of(duration);
	}

}
