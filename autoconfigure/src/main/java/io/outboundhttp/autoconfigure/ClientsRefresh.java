package io.outboundhttp.autoconfigure;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

import io.outboundhttp.client.ClientChange;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.ClientWarmUp;
import io.outboundhttp.client.OutboundHttpClients;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.core.NestedExceptionUtils;

/**
 * Lets live clients follow when the properties of the environment change. If one of them
 * is wrong, all stays as it was. Safe for use by several threads.
 */
final class ClientsRefresh {

	/* `lock` makes refreshes one after the other. */

	private static final Logger logger = LoggerFactory.getLogger(ClientsRefresh.class);

	private static final String SPRING_KEYS = "spring.http.clients";

	private final ReentrantLock lock = new ReentrantLock();

	private final ConfiguredClientsFactory factory;

	private final ConfiguredClients configured;

	private final OutboundHttpClients clients;

	private final ClientWarmUp warmUp;

	ClientsRefresh(ConfiguredClientsFactory factory, ConfiguredClients configured, OutboundHttpClients clients,
			ClientWarmUp warmUp) {
		this.warmUp = warmUp;
		this.factory = factory;
		this.configured = configured;
		this.clients = clients;
	}

	/**
	 * Bind the properties anew, compare, and apply what differs.
	 * @param changedKeys keys of properties that have changed, as far as they are known
	 */
	void refresh(Collection<String> changedKeys) {
		this.lock.lock();
		try {
			ConfiguredClients newer;
			List<ClientChange> changes;
			try {
				newer = this.factory.create();
				changes = this.configured.compare(newer);
			}
			catch (OutboundHttpConfigurationException ex) {
				logger.error("The changed configuration of outbound HTTP is refused, all settings stay as they were. "
						+ "{} {}", ex.getMessage(), ex.getAction());
				return;
			}
			catch (BindException ex) {
				logger.error(
						"The changed configuration of outbound HTTP is refused, all settings stay as they were. "
								+ "'{}' cannot be bound: {}",
						describe(ex), NestedExceptionUtils.getMostSpecificCause(ex).getClass().getSimpleName());
				return;
			}
			warnOfNames(newer);
			warnOfGlobalKeys(changedKeys);
			this.configured.takeOver(newer, changes);
			changes.forEach(this::apply);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void apply(ClientChange change) {
		List<ClientSetting<?>> behind;
		try {
			behind = this.clients.apply(change);
		}
		catch (RuntimeException ex) {
			this.configured.takeBack(change);
			logger.error(
					"Client '{}': it stays as it was, since it cannot be built with what has changed: {}. Look at "
							+ "the cause; the next change of the environment tries again",
					change.getName(), keys(change.getSettings()), ex);
			return;
		}
		if (change.getSettings().contains(ClientSetting.POOL_MIN_IDLE)) {
			this.warmUp.start(change.getName());
		}
		if (!change.getSettings().isEmpty()) {
			logger.info("Client '{}': changed while in use: {}", change.getName(), keys(change.getSettings()));
		}
		if (!behind.isEmpty()) {
			logger.warn("Client '{}': {} reach only the RestClients and RestTemplates that are built from now on; "
					+ "restart the application for the others", change.getName(), keys(behind));
		}
		if (!change.getRefused().isEmpty()) {
			logger.warn("Client '{}': {} are changed with a restart of the application only", change.getName(),
					keys(change.getRefused()));
		}
	}

	private void warnOfNames(ConfiguredClients newer) {
		Set<String> added = new TreeSet<>(newer.names());
		added.removeAll(this.configured.names());
		if (!added.isEmpty()) {
			logger.warn("Clients {} are new; they exist with a restart of the application", added);
		}
	}

	private static void warnOfGlobalKeys(Collection<String> changedKeys) {
		// those of Spring Boot are in a bean that stays the same
		List<String> global = Stream
			.concat(KnownKeys.GLOBAL_KEYS.stream().map((key) -> OutboundHttpProperties.PREFIX + "." + key),
					Stream.of(SPRING_KEYS))
			.filter((key) -> changedKeys.stream().anyMatch((changed) -> changed.startsWith(key)))
			.toList();
		if (!global.isEmpty()) {
			logger.warn("{} are changed with a restart of the application only", global);
		}
	}

	private static List<String> keys(Collection<? extends ClientSetting<?>> settings) {
		return settings.stream().<String>map(ClientSetting::key).sorted().toList();
	}

	/**
	 * Return the key and its origin, never the value, which may be a secret.
	 */
	private static String describe(BindException exception) {
		ConfigurationProperty property = exception.getProperty();
		return (property != null) ? property.getName() + " from " + property.getOrigin()
				: exception.getName().toString();
	}

}
