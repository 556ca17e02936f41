package io.outboundhttp.client;

import java.security.Principal;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.UserTokenHandler;
import org.apache.hc.client5.http.auth.AuthExchange;
import org.apache.hc.client5.http.auth.AuthScheme;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * {@link UserTokenHandler} that ties a connection to a user only where the user has
 * logged in to the connection itself, as with NTLM. HttpClient's own ties it to the
 * client certificate too, and since no request comes with such a token, no connection
 * with mutual TLS is ever used again. Here the pool stands for the certificate.
 */
final class ConnectionAuthenticationTokenHandler implements UserTokenHandler {

	static final ConnectionAuthenticationTokenHandler INSTANCE = new ConnectionAuthenticationTokenHandler();

	private ConnectionAuthenticationTokenHandler() {
	}

	@Override
	public @Nullable Object getUserToken(HttpRoute route, HttpContext context) {
		return token(route.getTargetHost(), route.getProxyHost(), HttpClientContext.cast(context));
	}

	@Override
	public @Nullable Object getUserToken(HttpRoute route, HttpRequest request, HttpContext context) {
		HttpHost target = (request != null) ? new HttpHost(request.getScheme(), request.getAuthority())
				: route.getTargetHost();
		return token(target, route.getProxyHost(), HttpClientContext.cast(context));
	}

	private static @Nullable Object token(HttpHost target, @Nullable HttpHost proxy, HttpClientContext context) {
		Principal principal = principal(context.getAuthExchange(target));
		return (principal != null || proxy == null) ? principal : principal(context.getAuthExchange(proxy));
	}

	private static @Nullable Principal principal(@Nullable AuthExchange exchange) {
		AuthScheme scheme = (exchange != null) ? exchange.getAuthScheme() : null;
		return (scheme != null && scheme.isConnectionBased()) ? scheme.getPrincipal() : null;
	}

}
