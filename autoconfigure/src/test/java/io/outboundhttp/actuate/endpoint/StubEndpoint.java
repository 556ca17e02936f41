package io.outboundhttp.actuate.endpoint;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestHttpServer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Serves the page, and data that a test makes up, below a prefix.
 */
final class StubEndpoint implements AutoCloseable {

	private static final String PATH = "/prefix/manage/outboundhttp";

	private static final JsonMapper mapper = JsonMapper.shared();

	private final TestHttpServer server = TestHttpServer.start();

	private final String page = new DashboardPage().html();

	private volatile Map<String, Object> overview = EndpointJson.overview();

	private final Map<String, Map<String, Object>> clients = new ConcurrentHashMap<>();

	private volatile @Nullable Handler instead;

	private volatile Headers pageHeaders = Headers.of("Content-Type", "text/html;charset=UTF-8");

	StubEndpoint() {
		this.server.handle(PATH, this::all)
			.handle(PATH + "/", this::all)
			.handle(PATH + "/**", this::one)
			.handle("/frame", (exchange) -> exchange.respond(200, Headers.of("Content-Type", "text/html"),
					"<!DOCTYPE html><title>f</title><iframe src='%s' width=1200 height=700></iframe>".formatted(PATH)));
	}

	String url() {
		return this.server.url(PATH);
	}

	String origin() {
		return this.server.url();
	}

	/**
	 * Put clients in place of those before.
	 * @param overview what is said of all
	 */
	void serve(Map<String, Object> overview) {
		this.clients.clear();
		this.instead = null;
		this.pageHeaders = Headers.of("Content-Type", "text/html;charset=UTF-8");
		this.overview = overview;
	}

	void serve(String name, Map<String, Object> summary, Map<String, Object> details) {
		EndpointJson.read(this.overview, "clients").put(name, summary);
		this.clients.put(name, details);
	}

	/**
	 * Answer requests for data otherwise from now on.
	 * @param instead how, or {@code null} as before
	 */
	void answer(@Nullable Handler instead) {
		this.instead = instead;
	}

	void pageHeader(String name, String value) {
		this.pageHeaders = this.pageHeaders.with(name, value);
	}

	List<RecordedRequest> writes() {
		return this.server.requests().stream().filter((request) -> !request.method().equals("GET")).toList();
	}

	int reads() {
		return this.server.requests().size();
	}

	private void all(Exchange exchange) throws Exception {
		if (Objects.requireNonNullElse(exchange.header("Accept"), "").contains("text/html")) {
			exchange.respond(200, this.pageHeaders, this.page);
		}
		else {
			respond(exchange, this.overview);
		}
	}

	private void one(Exchange exchange) throws Exception {
		String path = exchange.request().path();
		String name = URLDecoder.decode(path.substring(PATH.length() + 1), StandardCharsets.UTF_8);
		Map<String, Object> client = this.clients.get(name);
		if (path.startsWith(PATH + "/;")) {
			all(exchange);
		}
		else if (client == null) {
			exchange.respond(404);
		}
		else if (this.instead != null) {
			respond(exchange, client);
		}
		else if (exchange.method().equals("POST")) {
			respond(exchange, Map.of("old", limits(20), "new", limits(40), "effective", limits(40), "override",
					Map.of("by", "anna", "until", "2030-01-01T03:40:00Z", "maxTotal", 40, "maxPerRoute", 40)));
		}
		else if (exchange.method().equals("DELETE")) {
			respond(exchange, Map.of("scope", "suspected", "closed", 3));
		}
		else {
			respond(exchange, client);
		}
	}

	private static Map<String, Object> limits(int limit) {
		return Map.of("maxTotal", limit, "maxPerRoute", limit);
	}

	private void respond(Exchange exchange, Map<String, Object> json) throws Exception {
		Handler handler = this.instead;
		if (handler != null) {
			handler.handle(exchange);
		}
		else {
			writeJson(exchange, json);
		}
	}

	private static void writeJson(Exchange exchange, Map<String, Object> json) throws IOException {
		exchange.respond(200, Headers.of("Content-Type", "application/vnd.spring-boot.actuator.v3+json"),
				mapper.writeValueAsString(json));
	}

	@Override
	public void close() {
		this.server.close();
	}

}
