package io.outboundhttp.call;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.CallContext;
import io.outboundhttp.pool.Calls;
import io.outboundhttp.pool.ConnectionPools;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OriginHandler}.
 */
class OriginHandlerTests {

	private static final HttpHost HOME = new HttpHost("https", "a.test", 443);

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final List<ClassicHttpRequest> sent = new ArrayList<>();

	private final List<ClassicHttpRequest> originals = new ArrayList<>();

	private Calls calls;

	private OriginHandler handler;

	private CallContext context;

	private CallContext before;

	@BeforeEach
	void begin() {
		this.calls = this.leaks.watch(new ConnectionPools(new FakeTimeSource(0), List.of())).getCalls();
		this.handler = new OriginHandler(CallDefaults.CALL::sensitiveHeaders, this.calls);
		this.context = new CallContext("GET", null, false, null, CallDefaults.CALL.readTimeout());
		this.before = this.calls.enter(this.context);
	}

	@AfterEach
	void end() {
		this.calls.leave(this.before);
	}

	private ClassicHttpRequest request(HttpHost target) {
		ClassicRequestBuilder request = ClassicRequestBuilder.get(target.toURI() + "/x").addHeader("X-Fine", "fine");
		for (String name : List.of("authorization", "PROXY-AUTHORIZATION", "Cookie", "X-Api-Key", "x-auth-TOKEN")) {
			request.addHeader(name, "geheim").addHeader(name, "geheim too");
		}
		return request.build();
	}

	private ClassicHttpResponse send(HttpHost target, ClassicHttpResponse response) throws Exception {
		ClassicHttpRequest original = request(target);
		return this.handler.execute(request(target), new ExecChain.Scope("1", new HttpRoute(target), original,
				new StubExecRuntime(), HttpClientContext.create()), (request, scope) -> {
					this.sent.add(request);
					this.originals.add(scope.originalRequest);
					return response;
				});
	}

	private Set<String> names(ClassicHttpRequest request) {
		return Set.copyOf(Arrays.stream(request.getHeaders()).map(Header::getName).map(String::toLowerCase).toList());
	}

	private void sendTo(HttpHost target) throws Exception {
		send(target, new BasicClassicHttpResponse(200));
	}

	@Test
	void firstRequestHasAllItsHeaders() throws Exception {
		sendTo(HOME);
		assertThat(names(this.sent.get(0))).hasSize(6);
	}

	@ParameterizedTest
	@CsvSource({ "http, a.test, 443", "https, b.test, 443", "https, a.test, 8443", "https, sub.a.test, 443" })
	void anotherOriginGetsNoSensitiveHeader(String scheme, String host, int port) throws Exception {
		sendTo(HOME);
		sendTo(new HttpHost(scheme, host, port));
		assertThat(names(this.sent.get(1))).containsExactly("x-fine");
		// what retries are copied from
		assertThat(names(this.originals.get(1))).containsExactly("x-fine");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a.test", "A.TEST" })
	void sameOriginKeepsThem(String host) throws Exception {
		sendTo(HOME);
		sendTo(new HttpHost("https", host, 443));
		assertThat(names(this.sent.get(1))).hasSize(6);
	}

	@Test
	void whoHasLeftStaysBare() throws Exception {
		sendTo(HOME);
		sendTo(new HttpHost("https", "b.test", 443));
		sendTo(HOME);
		assertThat(names(this.sent.get(2))).containsExactly("x-fine");
	}

	@Test
	void eachCallHasAHomeOfItsOwn() throws Exception {
		sendTo(HOME);
		sendTo(new HttpHost("https", "b.test", 443));
		CallContext outer = this.calls
			.enter(new CallContext("GET", null, false, null, CallDefaults.CALL.readTimeout()));
		sendTo(new HttpHost("https", "b.test", 443));
		this.calls.leave(outer);
		assertThat(names(this.sent.get(2))).hasSize(6);
	}

	@ParameterizedTest
	@CsvSource(textBlock = """
			status, location,                visible
			301,    http://b.test/,          false
			302,    http://a.test:443/,      false
			303,    HTTP://b.test/,          false
			307,    ' http://b.test/ ',      false
			308,    ftp://b.test/,           false
			302,    https://b.test/,         true
			302,    HTTPS://b.test/,         true
			302,    /relative,               true
			302,    //b.test/,               true
			302,    http://[broken,          true
			201,    http://b.test/,          true
			200,    http://b.test/,          true
			""", useHeadersInDisplayName = true)
	void locationsThatLeaveHttpsAreHiddenFromHttpClientAlone(int status, String location, boolean visible)
			throws Exception {
		ClassicHttpResponse response = new BasicClassicHttpResponse(status);
		response.addHeader("location", location);
		assertThat(send(HOME, response).containsHeader("Location")).isEqualTo(visible);
		this.context.unhide(response);
		assertThat(response.getHeaders("Location")).singleElement()
			.satisfies((header) -> assertThat(header.getValue()).isEqualTo(location));
	}

	@Test
	void fromHttpAnyLocationIsVisible() throws Exception {
		ClassicHttpResponse response = new BasicClassicHttpResponse(302);
		response.addHeader("Location", "http://b.test/");
		assertThat(send(new HttpHost("http", "a.test", 80), response).containsHeader("Location")).isTrue();
	}

	@Test
	void allLocationsComeBack() throws Exception {
		ClassicHttpResponse response = new BasicClassicHttpResponse(302);
		response.addHeader("Location", "http://b.test/");
		response.addHeader("Location", "http://c.test/");
		assertThat(send(HOME, response).getHeaders("Location")).isEmpty();
		this.context.unhide(response);
		assertThat(response.getHeaders("Location")).extracting(Header::getValue)
			.containsExactly("http://b.test/", "http://c.test/");
	}

}
