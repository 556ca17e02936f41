package io.outboundhttp.benchmarks.watch;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

import io.outboundhttp.OutboundHttpAttributes;
import io.outboundhttp.client.OutboundHttpClientCustomizer;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.classic.ExecRuntime;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;

/**
 * Open leases of as many routes: calls that have a connection which they have not opened
 * yet, so that there need not be a server for each. Used by one thread.
 */
final class HeldLeases implements OutboundHttpClientCustomizer, ExecChainHandler, AutoCloseable {

	private static final String HOLD = "X-Hold";

	private static final int PORT = 80;

	private final List<ClassicHttpResponse> responses = new ArrayList<>();

	private final List<ExecRuntime> runtimes = new ArrayList<>();

	@Override
	public void customize(String client, HttpClientBuilder builder) {
		builder.addExecInterceptorBefore(ChainElement.CONNECT.name(), "hold", this);
	}

	/**
	 * Open leases, and keep them.
	 * @param client the client
	 * @param count how many leases, each of a route of its own
	 */
	void open(HttpClient client, int count) throws IOException {
		for (int i = 0; i < count; i++) {
			HttpGet request = new HttpGet("/");
			request.setHeader(HOLD, "");
			HttpClientContext context = HttpClientContext.create();
			// else each would be reported as a leak, as it should
			context.setAttribute(OutboundHttpAttributes.LEAK_EXEMPT, true);
			this.responses.add(client.executeOpen(new HttpHost("http", "host-" + i, PORT), request, context));
		}
	}

	@Override
	public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
			throws IOException, HttpException {
		if (!request.containsHeader(HOLD)) {
			return chain.proceed(request, scope);
		}
		scope.execRuntime.acquireEndpoint(scope.exchangeId, scope.route, null, scope.clientContext);
		this.runtimes.add(scope.execRuntime);
		ClassicHttpResponse response = new BasicClassicHttpResponse(HttpStatus.SC_OK);
		// a response without a body would end the lease
		response.setEntity(new InputStreamEntity(InputStream.nullInputStream(), ContentType.TEXT_PLAIN));
		return response;
	}

	/**
	 * Give the connections back.
	 */
	@Override
	public void close() {
		this.runtimes.forEach(ExecRuntime::discardEndpoint);
		this.runtimes.clear();
		this.responses.clear();
	}

}
