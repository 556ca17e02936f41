package io.outboundhttp.client;

import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.routing.SystemDefaultRoutePlanner;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.routing.HttpRoutePlanner;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link JvmProxyRoutePlanner}. What is right is what HttpClient's own route
 * planner says.
 */
class JvmProxyRoutePlannerTests {

	private static final List<String> KEYS = List.of("http.proxyHost", "https.proxyHost", "proxyHost", "socksProxyHost",
			"http.nonProxyHosts", "java.net.useSystemProxies");

	private static final List<HttpHost> TARGETS = List.of(new HttpHost("http", "orders.example"),
			new HttpHost("https", "orders.example"), new HttpHost("HTTP", "orders.example", 8080),
			new HttpHost("http", "under_score.example"), new HttpHost("http", "127.0.0.1"));

	private final Map<String, String> before = new HashMap<>();

	private final ProxySelector jvm = ProxySelector.getDefault();

	private final HttpRoutePlanner reference = new SystemDefaultRoutePlanner(this.jvm);

	@BeforeEach
	void clear() {
		for (String key : KEYS) {
			String value = System.clearProperty(key);
			if (value != null) {
				this.before.put(key, value);
			}
		}
	}

	@AfterEach
	void restore() {
		KEYS.forEach(System::clearProperty);
		this.before.forEach(System::setProperty);
	}

	@ParameterizedTest
	@ValueSource(strings = { "http.proxyHost", "https.proxyHost", "proxyHost" })
	void proxyThatIsSetLaterIsUsed(String key) throws HttpException {
		HttpRoutePlanner planner = planner();
		assertThat(proxiedTargets(planner)).isEmpty();
		System.setProperty(key, "proxy.example");
		assertThat(proxiedTargets(planner)).isNotEmpty();
		System.setProperty("http.nonProxyHosts", "*.example");
		assertThat(proxiedTargets(planner)).isEmpty();
		System.clearProperty("http.nonProxyHosts");
		System.setProperty(key, "");
		assertThat(proxiedTargets(planner)).isEmpty();
	}

	@Test
	void socksIsNoMatterOfTheRoute() throws HttpException {
		System.setProperty("socksProxyHost", "proxy.example");
		assertThat(proxiedTargets(planner())).isEmpty();
	}

	@Test
	void plansWhereNothingIsSet() {
		HttpClientBuilder builder = HttpClientBuilder.create().useSystemProperties();
		JvmProxyRoutePlanner.applyTo(builder);
		assertThat(builder).extracting("routePlanner").isInstanceOf(JvmProxyRoutePlanner.class);
	}

	@Test
	void whatIsSetStaysInForce() {
		HttpClientBuilder proxied = HttpClientBuilder.create().setProxy(new HttpHost("proxy.example"));
		HttpClientBuilder selecting = HttpClientBuilder.create().setProxySelector(this.jvm);
		HttpClientBuilder onOwnPorts = HttpClientBuilder.create().setSchemePortResolver((host) -> 1);
		for (HttpClientBuilder builder : List.of(proxied, selecting, onOwnPorts)) {
			JvmProxyRoutePlanner.applyTo(builder);
			assertThat(builder).extracting("routePlanner").isNull();
		}
		HttpClientBuilder planning = HttpClientBuilder.create().setRoutePlanner(this.reference);
		JvmProxyRoutePlanner.applyTo(planning);
		assertThat(planning).extracting("routePlanner").isSameAs(this.reference);
	}

	private HttpRoutePlanner planner() {
		return Objects.requireNonNull(JvmProxyRoutePlanner.of(this.jvm), "the selector is not that of the JVM");
	}

	private List<HttpHost> proxiedTargets(HttpRoutePlanner planner) throws HttpException {
		List<HttpHost> proxied = new ArrayList<>();
		for (HttpHost target : TARGETS) {
			HttpClientContext context = HttpClientContext.create();
			BasicHttpRequest request = new BasicHttpRequest("GET", target, "/");
			HttpRoute route = planner.determineRoute(target, request, context);
			assertThat(route).isEqualTo(this.reference.determineRoute(target, request, context));
			if (route.getProxyHost() != null) {
				proxied.add(target);
			}
		}
		return proxied;
	}

	@Test
	void selectorOfTheApplicationIsAskedEachTime() {
		assertThat(JvmProxyRoutePlanner.of(new ProxySelector() {

			@Override
			public List<Proxy> select(URI uri) {
				return List.of();
			}

			@Override
			public void connectFailed(URI uri, SocketAddress address, IOException failure) {
			}

		})).isNull();
		assertThat(JvmProxyRoutePlanner.of(null)).isNull();
	}

	@Test
	void selectorOfTheSystemIsAskedEachTime() {
		System.setProperty("java.net.useSystemProxies", "true");
		assertThat(JvmProxyRoutePlanner.of(this.jvm)).isNull();
	}

	@Test
	void settingsOfTheJvmCountToo(@TempDir Path folder) throws IOException {
		Path file = folder.resolve("net.properties");
		assertThat(JvmProxyRoutePlanner.isSet(file)).as("no file").isFalse();
		Files.writeString(file, "java.net.useSystemProxies=false\nhttp.nonProxyHosts=localhost\n");
		assertThat(JvmProxyRoutePlanner.isSet(file)).as("as it comes").isFalse();
		Files.writeString(file, "java.net.useSystemProxies=true\n");
		assertThat(JvmProxyRoutePlanner.isSet(file)).as("system").isTrue();
		Files.writeString(file, "https.proxyHost=proxy.example\n");
		assertThat(JvmProxyRoutePlanner.isSet(file)).as("host").isTrue();
		Files.writeString(file, "socksProxyHost=\\u12\n");
		assertThat(JvmProxyRoutePlanner.isSet(file)).as("malformed").isTrue();
	}

}
