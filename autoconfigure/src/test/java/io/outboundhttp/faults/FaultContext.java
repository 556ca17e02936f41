package io.outboundhttp.faults;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.autoconfigure.OutboundHttpAutoConfiguration;
import io.outboundhttp.autoconfigure.OutboundHttpTakeoverAutoConfiguration;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.StubbedNames;
import io.outboundhttp.pool.connect.HostLookup;
import io.outboundhttp.testsupport.TestCertificates;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientPropertiesAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.service.HttpServiceClientAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.web.service.registry.AbstractHttpServiceRegistrar;
import org.springframework.web.service.registry.HttpServiceProxyRegistry;

/**
 * One application with a client of each profile for each lane. A lane is what one cell
 * has for itself, so that its pools tell about that cell alone.
 */
final class FaultContext implements AutoCloseable {

	/** How many cells take place at the same time: most of them only wait. */
	static final int LANES = 8;

	private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	private final List<SwitchedProxy> proxies = new ArrayList<>();

	private final ConnectionPools pools;

	private final Map<String, Client> clients = new ConcurrentHashMap<>();

	/**
	 * Start the application.
	 * @param leaks what looks after it
	 * @param names what looks names up
	 * @param squidPort port of the proxy of {@link Profile#SQUID}
	 */
	FaultContext(PoolLeakExtension leaks, HostLookup names, int squidPort) {
		for (int i = 0; i < LANES; i++) {
			this.proxies.add(new SwitchedProxy());
		}
		this.pools = leaks.watch(StubbedNames.pools(names));
		this.context.getEnvironment()
			.getPropertySources()
			.addFirst(new MapPropertySource("faults", properties(squidPort)));
		this.context.registerBean(BeanPostProcessor.class, () -> new PoolsReplacer(this.pools));
		this.context.register(Application.class);
		leaks.initialize(this.context);
		this.context.refresh();
	}

	private Map<String, Object> properties(int squidPort) {
		List<String> properties = new ArrayList<>(List.of(TestCertificates.get().jksTrustBundle("trusting")));
		for (int lane = 0; lane < LANES; lane++) {
			for (Profile profile : Profile.values()) {
				String prefix = "outbound-http.clients." + profile.client(lane) + ".";
				profile.settings().forEach((setting) -> properties.add(prefix + setting));
				if (profile.isProxied()) {
					int port = (profile == Profile.SQUID) ? squidPort : this.proxies.get(lane).port();
					properties.add(prefix + "proxy.host=127.0.0.1");
					properties.add(prefix + "proxy.port=" + port);
				}
			}
		}
		Map<String, Object> map = new LinkedHashMap<>();
		for (String property : properties) {
			int end = property.indexOf('=');
			map.put(property.substring(0, end), property.substring(end + 1));
		}
		return map;
	}

	/**
	 * Return a client.
	 */
	Client client(Profile profile, int lane) {
		return this.clients.computeIfAbsent(profile.client(lane), this::createClient);
	}

	private Client createClient(String name) {
		FaultService service = this.context.getBean(HttpServiceProxyRegistry.class).getClient(name, FaultService.class);
		return Client.of(this.context.getBean(OutboundHttpClients.class), service, name);
	}

	/**
	 * Return the proxy of the proxied clients of a lane.
	 */
	SwitchedProxy proxy(int lane) {
		return this.proxies.get(lane);
	}

	@Override
	public void close() {
		this.context.close();
		this.pools.close();
		this.proxies.forEach(SwitchedProxy::close);
	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import(Services.class)
	@ImportAutoConfiguration({ OutboundHttpAutoConfiguration.class, OutboundHttpTakeoverAutoConfiguration.class,
			SslAutoConfiguration.class, HttpClientAutoConfiguration.class, ImperativeHttpClientAutoConfiguration.class,
			RestClientAutoConfiguration.class, RestTemplateAutoConfiguration.class,
			HttpServiceClientPropertiesAutoConfiguration.class, HttpServiceClientAutoConfiguration.class,
			HttpMessageConvertersAutoConfiguration.class })
	static class Application {

	}

	/**
	 * An HTTP service of the name of each client.
	 */
	static final class Services extends AbstractHttpServiceRegistrar {

		@Override
		protected void registerHttpServices(GroupRegistry registry, AnnotationMetadata metadata) {
			for (int lane = 0; lane < LANES; lane++) {
				for (Profile profile : Profile.values()) {
					registry.forGroup(profile.client(lane)).register(FaultService.class);
				}
			}
		}

	}

	/**
	 * Puts pools in place that look names up as the tests say.
	 */
	private record PoolsReplacer(ConnectionPools pools) implements BeanPostProcessor {

		@Override
		public Object postProcessAfterInitialization(Object bean, String name) {
			return (bean instanceof ConnectionPools) ? this.pools : bean;
		}

	}

}
