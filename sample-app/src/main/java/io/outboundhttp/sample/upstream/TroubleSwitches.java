package io.outboundhttp.sample.upstream;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import io.outboundhttp.sample.web.InvalidValueException;

import org.springframework.stereotype.Component;

/**
 * Trouble of each service, as set at present. Safe for use by many threads.
 */
@Component
@ConditionalOnUpstream
class TroubleSwitches {

	private final Map<String, Trouble> troubles = new ConcurrentHashMap<>();

	TroubleSwitches() {
		clear();
	}

	/**
	 * Return what is wrong with a service.
	 * @param service its name
	 * @return the trouble, none for a service that does not exist
	 */
	Trouble get(String service) {
		return this.troubles.getOrDefault(service, Trouble.NONE);
	}

	void set(String service, Trouble trouble) {
		if (!this.troubles.containsKey(service)) {
			throw new InvalidValueException("service", service, String.join(", ", all().keySet()));
		}
		this.troubles.put(service, trouble);
	}

	void clear() {
		for (Upstream upstream : Upstream.values()) {
			this.troubles.put(upstream.toString(), Trouble.NONE);
		}
	}

	Map<String, Trouble> all() {
		return new TreeMap<>(this.troubles);
	}

}
