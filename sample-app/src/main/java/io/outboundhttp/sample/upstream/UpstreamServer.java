package io.outboundhttp.sample.upstream;

import java.net.InetAddress;
import java.util.Map;

import jakarta.servlet.ServletContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Second web server of this process, which plays the three services that the application
 * calls. It listens on loopback only, starts before the application takes requests, and
 * stops after the last one was answered.
 */
@Component
@ConditionalOnUpstream
class UpstreamServer implements SmartLifecycle, DisposableBean {

	private static final int PHASE = WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1024;

	/**
	 * More than all clients of the sample together may open, so that it is never the
	 * upstream that is short of threads unless somebody wishes so.
	 */
	private static final int MAX_THREADS = 400;

	private final int port;

	private final TroubleSwitches switches;

	private final JsonMapper jsonMapper;

	private final Map<Upstream, UpstreamService> services;

	private @Nullable WebServer webServer;

	UpstreamServer(UpstreamProperties properties, TroubleSwitches switches, JsonMapper jsonMapper) {
		if (properties.getPort() < 1 || properties.getPort() > 65535) {
			throw new InvalidConfigurationPropertyValueException("sample.upstream.port", properties.getPort(),
					"Value must be 1 to 65535: the base URLs of the clients refer to it.");
		}
		this.port = properties.getPort();
		this.switches = switches;
		this.jsonMapper = jsonMapper;
		this.services = Map.of(Upstream.CATALOG, new CatalogUpstream(), Upstream.PAYMENTS,
				new PaymentsUpstream(jsonMapper), Upstream.SHIPPING, new ShippingUpstream());
	}

	@Override
	public synchronized void start() {
		if (this.webServer == null) {
			WebServer webServer = createWebServer();
			// Kept before it is started, so that a failed start is cleaned up as well
			this.webServer = webServer;
			webServer.start();
		}
	}

	private WebServer createWebServer() {
		TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(this.port);
		factory.setAddress(InetAddress.getLoopbackAddress());
		factory.addContextValves(new TroubleValve(this.switches, this.jsonMapper));
		factory.addConnectorCustomizers((connector) -> {
			connector.setProperty("maxThreads", String.valueOf(MAX_THREADS));
			connector.setProperty("maxKeepAliveRequests", "-1");
			connector.setProperty("keepAliveTimeout", "60000");
		});
		return factory.getWebServer(this::addServlets);
	}

	private void addServlets(ServletContext servletContext) {
		this.services.forEach((upstream, service) -> servletContext
			.addServlet(upstream.toString(), new UpstreamServlet(upstream, service, this.jsonMapper))
			.addMapping("/" + upstream + "/*"));
	}

	@Override
	public synchronized void stop() {
		WebServer webServer = this.webServer;
		this.webServer = null;
		if (webServer != null) {
			webServer.stop();
			webServer.destroy();
		}
	}

	@Override
	public synchronized boolean isRunning() {
		return this.webServer != null;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	@Override
	public void destroy() {
		stop();
	}

}
