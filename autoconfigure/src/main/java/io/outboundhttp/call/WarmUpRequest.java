package io.outboundhttp.call;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.pool.ConnectionPool;

/**
 * Request that is never sent: it goes as far into an HttpClient as is needed to learn
 * which route the HttpClient takes, and to open a connection of this route as a request
 * would. So proxies and whatever else code has set count.
 *
 * @since 0.1.0
 */
public final class WarmUpRequest extends HttpUriRequestBase {

	private static final long serialVersionUID = 1L;

	private final transient Action action;

	private WarmUpRequest(URI uri, Action action) {
		super(Method.HEAD.name(), uri);
		this.action = action;
	}

	/**
	 * Return the route that an HttpClient takes to a URL.
	 * @param httpClient a managed HttpClient
	 * @param url the URL
	 * @return the route
	 * @throws IOException if the HttpClient finds none
	 */
	public static HttpRoute route(HttpClient httpClient, URI url) throws IOException {
		HttpRoute[] route = new HttpRoute[1];
		send(httpClient, new WarmUpRequest(url, (scope, pool) -> route[0] = scope.route));
		return Objects.requireNonNull(route[0], "the HttpClient is not managed");
	}

	/**
	 * Open a connection of the route that an HttpClient takes to a URL, and let it lie
	 * idle.
	 * @param httpClient a managed HttpClient
	 * @param url the URL
	 * @param limit the time that it may take, {@code null} for the connect timeout
	 * @return whether it was opened; if not, the pool has no room to spare
	 * @throws IOException if it could not be opened
	 */
	public static boolean open(HttpClient httpClient, URI url, @Nullable Duration limit) throws IOException {
		boolean[] opened = new boolean[1];
		send(httpClient, new WarmUpRequest(url, (scope, pool) -> opened[0] = pool.openIdle(scope.route,
				scope.clientContext, (limit != null) ? TimeValue.of(limit) : null)));
		return opened[0];
	}

	private static void send(HttpClient httpClient, WarmUpRequest request) throws IOException {
		httpClient.execute(request, (response) -> null);
	}

	/**
	 * Do what the request is for instead of sending it.
	 * @param scope where it is in the HttpClient
	 * @param pool the pool
	 * @return a response without a connection
	 * @throws IOException if it fails
	 */
	ClassicHttpResponse execute(ExecChain.Scope scope, ConnectionPool pool) throws IOException {
		this.action.execute(scope, pool);
		return new BasicClassicHttpResponse(HttpStatus.SC_NO_CONTENT);
	}

	/**
	 * What a request is for.
	 */
	private interface Action {

		void execute(ExecChain.Scope scope, ConnectionPool pool) throws IOException;

	}

}
