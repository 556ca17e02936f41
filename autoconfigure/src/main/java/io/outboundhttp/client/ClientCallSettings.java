package io.outboundhttp.client;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import io.outboundhttp.call.CallSettings;
import io.outboundhttp.call.RetrySettings;
import io.outboundhttp.pool.TimeLimit;

/**
 * Tells from the definition of a client what bounds and repeats its calls.
 */
final class ClientCallSettings {

	private ClientCallSettings() {
	}

	static CallSettings of(ClientDefinition definition) {
		Duration callTimeout = definition.require(ClientSetting.CALL_TIMEOUT);
		long maxResponseSize = definition.require(ClientSetting.MAX_RESPONSE_SIZE).toBytes();
		return new CallSettings(definition.getName(), definition.require(ClientSetting.POOL_ACQUIRE_TIMEOUT),
				callTimeout.isZero() ? null : limit(definition, ClientSetting.CALL_TIMEOUT),
				limit(definition, ClientSetting.READ_TIMEOUT), (maxResponseSize > 0) ? maxResponseSize : null,
				retry(definition), Set.copyOf(definition.require(ClientSetting.REDIRECT_SENSITIVE_HEADERS)));
	}

	private static RetrySettings retry(ClientDefinition definition) {
		double budget = definition.require(ClientSetting.RETRY_BUDGET);
		List<Integer> statuses = definition.require(ClientSetting.RETRY_STATUSES);
		return new RetrySettings(definition.require(ClientSetting.RETRY_STALE_CONNECTION),
				definition.require(ClientSetting.RETRY_MAX_RETRIES), definition.require(ClientSetting.RETRY_DELAY),
				definition.require(ClientSetting.RETRY_MAX_DELAY), definition.require(ClientSetting.RETRY_MULTIPLIER),
				Set.copyOf(definition.require(ClientSetting.RETRY_METHODS)), Set.copyOf(statuses),
				definition.require(ClientSetting.RETRY_MAX_RETRY_AFTER), (budget > 0) ? budget : null);
	}

	/**
	 * Return a time limit with its origin.
	 * @param definition the definition
	 * @param setting the setting
	 * @return the limit
	 */
	static TimeLimit limit(ClientDefinition definition, ClientSetting<Duration> setting) {
		return new TimeLimit(definition.require(setting), definition.value(setting).origin());
	}

}
