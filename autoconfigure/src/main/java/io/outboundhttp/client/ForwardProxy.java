package io.outboundhttp.client;

import java.util.List;
import java.util.Locale;

import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultProxyRoutePlanner;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * Forward proxy of one client. Its credentials are known for the proxy alone, so no
 * origin can ask for them.
 */
final class ForwardProxy {

	private ForwardProxy() {
	}

	/**
	 * Let the builder's client use the proxy of the definition, without one that of the
	 * JVM. An empty host means no proxy, whatever the JVM says.
	 * @param definition what the client is
	 * @param builder builder of its HttpClient
	 */
	static void apply(ClientDefinition definition, HttpClientBuilder builder) {
		String host = definition.get(ClientSetting.PROXY_HOST);
		if (host == null) {
			return;
		}
		if (host.isEmpty()) {
			builder.setRoutePlanner(new DefaultRoutePlanner(null));
			return;
		}
		HttpHost proxy = new HttpHost(host, definition.require(ClientSetting.PROXY_PORT));
		List<String> nonProxyHosts = definition.get(ClientSetting.PROXY_NON_PROXY_HOSTS);
		builder.setRoutePlanner(new RoutePlanner(proxy, (nonProxyHosts != null) ? nonProxyHosts : List.of()));
		String username = definition.get(ClientSetting.PROXY_USERNAME);
		String password = definition.get(ClientSetting.PROXY_PASSWORD);
		if (username != null && !username.isEmpty() && password != null) {
			builder.addExecInterceptorBefore(ChainElement.PROTOCOL.name(), "outboundHttpProxy",
					new ProxyAuthentication(proxy, new UsernamePasswordCredentials(username, password.toCharArray())));
		}
	}

	/**
	 * Route planner that leaves out the proxy for some hosts. Patterns are those of the
	 * JVM's {@code http.nonProxyHosts}: a name, or a {@code *} at either end.
	 */
	static final class RoutePlanner extends DefaultProxyRoutePlanner {

		private final List<String> nonProxyHosts;

		RoutePlanner(HttpHost proxy, List<String> nonProxyHosts) {
			super(proxy);
			this.nonProxyHosts = nonProxyHosts.stream().map((host) -> host.toLowerCase(Locale.ROOT)).toList();
		}

		@Override
		protected @Nullable HttpHost determineProxy(HttpHost target, HttpContext context) throws HttpException {
			String host = target.getHostName().toLowerCase(Locale.ROOT);
			return this.nonProxyHosts.stream().anyMatch((pattern) -> matches(pattern, host)) ? null
					: super.determineProxy(target, context);
		}

		private static boolean matches(String pattern, String host) {
			boolean open = pattern.startsWith("*");
			boolean close = pattern.endsWith("*") && pattern.length() > 1;
			String core = pattern.substring(open ? 1 : 0, pattern.length() - (close ? 1 : 0));
			if (open && close) {
				return host.contains(core);
			}
			if (open) {
				return host.endsWith(core);
			}
			return close ? host.startsWith(core) : host.equals(core);
		}

	}

}
