package io.outboundhttp.client;

import java.io.IOException;
import java.io.Reader;
import java.lang.reflect.Field;
import java.net.ProxySelector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.routing.SystemDefaultRoutePlanner;
import org.apache.hc.client5.http.routing.HttpRoutePlanner;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.util.ReflectionUtils;

/**
 * Route planner that asks the JVM's proxy selector only where that may know a proxy. The
 * question takes most of a kilobyte and of a microsecond, for each request, and most
 * often the answer is that there is none.
 */
final class JvmProxyRoutePlanner extends SystemDefaultRoutePlanner {

	private static final Logger logger = LoggerFactory.getLogger(JvmProxyRoutePlanner.class);

	private static final String SELECTOR_TYPE = "sun.net.spi.DefaultProxySelector";

	private static final String SYSTEM_PROXIES = "java.net.useSystemProxies";

	private static final String HTTP_HOST = "http.proxyHost";

	private static final String HTTPS_HOST = "https.proxyHost";

	private static final String ANY_HOST = "proxyHost";

	private static final String SOCKS_HOST = "socksProxyHost";

	private static final List<String> KEYS = List.of(SYSTEM_PROXIES, HTTP_HOST, HTTPS_HOST, ANY_HOST, SOCKS_HOST);

	private static final boolean SET_BY_FILE = isSetByFile();

	/**
	 * What a route planner hides, should code have set it. Empty if it cannot be read.
	 */
	private static final List<Field> HIDDEN = fields("routePlanner", "proxy", "proxySelector", "schemePortResolver");

	private JvmProxyRoutePlanner(ProxySelector selector) {
		super(selector);
	}

	private static boolean isSetByFile() {
		String home = System.getProperty("java.home");
		// a native image has none
		return home == null || isSet(Path.of(home, "conf/net.properties"));
	}

	private static List<Field> fields(String... names) {
		List<Field> fields = new ArrayList<>();
		for (String name : names) {
			Field field = ReflectionUtils.findField(HttpClientBuilder.class, name);
			if (field == null || !field.trySetAccessible()) {
				logger.debug("HttpClient's builder does not tell its {}; the JVM's proxy selector is asked each time",
						name);
				return List.of();
			}
			fields.add(field);
		}
		return fields;
	}

	/**
	 * Let the builder's client plan by this planner, if that makes no difference but the
	 * cost. Whatever code has set stays in force. Nothing may be set later.
	 * @param builder builder of an HttpClient that uses the system properties
	 */
	static void applyTo(HttpClientBuilder builder) {
		boolean unset = !HIDDEN.isEmpty()
				&& HIDDEN.stream().allMatch((field) -> ReflectionUtils.getField(field, builder) == null);
		HttpRoutePlanner planner = unset ? of(ProxySelector.getDefault()) : null;
		if (planner != null) {
			builder.setRoutePlanner(planner);
		}
	}

	/**
	 * Return a route planner that plans as that of an HttpClient that uses the system
	 * properties.
	 * @param selector the JVM's proxy selector, {@code null} for none
	 * @return the route planner, {@code null} if the selector has to be asked each time
	 */
	static @Nullable HttpRoutePlanner of(@Nullable ProxySelector selector) {
		if (selector == null || SET_BY_FILE || Boolean.getBoolean(SYSTEM_PROXIES)) {
			return null;
		}
		return selector.getClass().getName().equals(SELECTOR_TYPE) ? new JvmProxyRoutePlanner(selector) : null;
	}

	/**
	 * Return whether the JVM's file of network settings says anything about proxies.
	 * System properties that are not set fall back to it.
	 * @param file the file, may be missing
	 * @return whether a setting of proxies has a value other than {@code false}
	 */
	static boolean isSet(Path file) {
		if (!Files.exists(file)) {
			return false;
		}
		Properties settings = new Properties();
		try (Reader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
			settings.load(reader);
		}
		catch (IOException | IllegalArgumentException ex) {
			logger.debug("The JVM's network settings cannot be read; its proxy selector is asked each time", ex);
			return true;
		}
		return KEYS.stream().map(settings::getProperty).anyMatch((value) -> value != null && !value.equals("false"));
	}

	@Override
	protected @Nullable HttpHost determineProxy(HttpHost target, HttpContext context) throws HttpException {
		return isDirect(target.getSchemeName()) ? null : super.determineProxy(target, context);
	}

	private static boolean isDirect(String scheme) {
		boolean http = URIScheme.HTTP.same(scheme);
		return (http || URIScheme.HTTPS.same(scheme)) && System.getProperty(http ? HTTP_HOST : HTTPS_HOST) == null
				&& System.getProperty(ANY_HOST) == null && System.getProperty(SOCKS_HOST) == null;
	}

}
