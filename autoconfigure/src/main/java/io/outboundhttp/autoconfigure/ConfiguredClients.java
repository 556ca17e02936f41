package io.outboundhttp.autoconfigure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import io.outboundhttp.client.ClientChange;
import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientDefinitions;
import io.outboundhttp.client.ClientSetting;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.env.Environment;

/**
 * {@link ClientDefinitions} from configuration properties. Creating it checks everything
 * that is configured, and opens nothing. Safe for use by several threads.
 */
final class ConfiguredClients implements ClientDefinitions {

	private static final Logger logger = LoggerFactory.getLogger(ConfiguredClients.class);

	private final Map<String, ClientDefinition> definitions = Collections.synchronizedMap(new LinkedHashMap<>());

	private final Predicate<String> serviceGroup;

	private volatile OutboundHttpPropertyMapper mapper;

	/**
	 * Create the definitions of all configured clients.
	 * @param environment where the properties come from
	 * @param properties the bound properties
	 * @param mapper maps single clients
	 * @param serviceGroup tells whether a name is that of an HTTP service group
	 */
	ConfiguredClients(Environment environment, OutboundHttpProperties properties, OutboundHttpPropertyMapper mapper,
			Predicate<String> serviceGroup) {
		this.mapper = mapper;
		this.serviceGroup = serviceGroup;
		new UnknownKeys(environment, properties.getClients().keySet(), properties.isFailOnUnknown())
			.check(logger::warn);
		for (String name : EnabledClients.find(environment)) {
			this.definitions.put(name, mapper.map(name, serviceGroup.test(name)));
		}
	}

	/**
	 * Add the client of an HTTP service group unless it is configured or switched off.
	 * @param name name of the group
	 */
	void addServiceGroup(String name) {
		ClientNames.validate(name, () -> "An HTTP service group");
		this.definitions.computeIfAbsent(name, (group) -> {
			ClientDefinition definition = this.mapper.map(group, true);
			return definition.require(ClientSetting.ENABLED) ? definition : null;
		});
	}

	/**
	 * Compare with newer definitions. The names stay those of the start of the
	 * application, since there are beans for each.
	 * @param newer definitions from properties that have changed
	 * @return the changes of clients that have changed
	 * @throws OutboundHttpConfigurationException if a client would be wrong
	 */
	List<ClientChange> compare(ConfiguredClients newer) {
		List<ClientChange> changes = new ArrayList<>();
		for (String name : names()) {
			ClientDefinition definition = newer.definitions.get(name);
			ClientChange change = new ClientChange(get(name),
					(definition != null) ? definition : newer.mapper.map(name, this.serviceGroup.test(name)));
			if (!change.getSettings().isEmpty() || !change.getRefused().isEmpty()) {
				changes.add(change);
			}
		}
		return changes;
	}

	/**
	 * Take over newer definitions.
	 * @param newer definitions from properties that have changed
	 * @param changes how they differ
	 */
	void takeOver(ConfiguredClients newer, List<ClientChange> changes) {
		this.mapper = newer.mapper;
		changes.forEach((change) -> this.definitions.put(change.getName(), change.getAfter()));
	}

	/**
	 * Take a change back that could not be applied.
	 * @param change the change
	 */
	void takeBack(ClientChange change) {
		this.definitions.put(change.getName(), change.getBefore());
	}

	@Override
	public Set<String> names() {
		synchronized (this.definitions) {
			return Collections.unmodifiableSet(new LinkedHashSet<>(this.definitions.keySet()));
		}
	}

	@Override
	public ClientDefinition get(String name) {
		ClientDefinition definition = this.definitions.get(name);
		if (definition == null) {
			throw new IllegalArgumentException("There is no client '%s', only %s; configure it below '%s'"
				.formatted(name, names(), KnownKeys.clientPrefix(name)));
		}
		return definition;
	}

}
