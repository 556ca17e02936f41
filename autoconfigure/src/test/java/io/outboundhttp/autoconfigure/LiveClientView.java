package io.outboundhttp.autoconfigure;

import java.util.Map;

import io.outboundhttp.testsupport.Endpoints;
import io.outboundhttp.actuate.endpoint.ClientDescriptor;
import io.outboundhttp.actuate.endpoint.SettingDescriptor;
import io.outboundhttp.client.LiveClient;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.PoolSnapshot;
import org.apache.hc.client5.http.config.Configurable;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;

import org.springframework.context.ApplicationContext;
import org.springframework.http.ResponseEntity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One client of an application context as tests look at it: its live objects, what it
 * does on the wire, and what the actuator says.
 *
 * @param clients the clients of the context
 * @param name name of the client
 */
record LiveClientView(OutboundHttpClients clients, String name) {

	static LiveClientView of(ApplicationContext context, String name) {
		return new LiveClientView(context.getBean(OutboundHttpClients.class), name);
	}

	boolean exists() {
		return this.clients.names().contains(this.name);
	}

	/**
	 * Return what the HttpClient itself says are the defaults of its requests.
	 */
	RequestConfig requestConfig() {
		assertThat(this.clients.httpClient(this.name)).isInstanceOf(Configurable.class);
		return ((Configurable) this.clients.httpClient(this.name)).getConfig();
	}

	ConnectionConfig connectionConfig() {
		return live().connectionConfig();
	}

	PoolSnapshot snapshot() {
		return this.clients.pool(this.name).snapshot();
	}

	LiveClient live() {
		this.clients.pool(this.name);
		LiveClient live = this.clients.live(this.name);
		assertThat(live).as("live client '%s'", this.name).isNotNull();
		return live;
	}

	ResponseEntity<String> get(String uri) {
		return this.clients.restClient(this.name).get().uri(uri).retrieve().toEntity(String.class);
	}

	/**
	 * Return the limit of a route after a request to it.
	 */
	int maxOfRoute(String target) {
		get(target);
		return snapshot().routes()
			.stream()
			.filter((route) -> route.target().equals(target))
			.findFirst()
			.orElseThrow()
			.max();
	}

	Map<String, SettingDescriptor> settings() {
		ClientDescriptor descriptor = Endpoints.create(this.clients).client(this.name);
		assertThat(descriptor).as("client '%s' of the endpoint", this.name).isNotNull();
		return descriptor.settings();
	}

	SettingDescriptor setting(String key) {
		SettingDescriptor setting = settings().get(key);
		assertThat(setting).as("setting '%s' of client '%s'", key, this.name).isNotNull();
		return setting;
	}

}
