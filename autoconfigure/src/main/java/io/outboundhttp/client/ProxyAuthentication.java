package io.outboundhttp.client;

import java.io.IOException;

import org.apache.hc.client5.http.auth.AuthCache;
import org.apache.hc.client5.http.auth.AuthScheme;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.Credentials;
import org.apache.hc.client5.http.auth.CredentialsProvider;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.impl.auth.BasicAuthCache;
import org.apache.hc.client5.http.impl.auth.BasicScheme;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates a client at its forward proxy, and nowhere else. What application code
 * has set for other hosts stays as it is.
 * <p>
 * The proxy is told user and password unasked, in the Basic scheme, as other clients do:
 * otherwise each tunnel and each plain request would be sent twice, since no call knows
 * what the one before has learned. It is asked first again once it has refused that, for
 * example because it wants another scheme, until it takes Basic.
 */
final class ProxyAuthentication implements ExecChainHandler {

	private final HttpHost proxy;

	private final UsernamePasswordCredentials credentials;

	/** Whether the proxy took the last Basic credentials. Races cost a request more. */
	private volatile boolean preemptive = true;

	/**
	 * Create a handler.
	 * @param proxy the proxy
	 * @param credentials credentials for the proxy
	 */
	ProxyAuthentication(HttpHost proxy, UsernamePasswordCredentials credentials) {
		this.proxy = proxy;
		this.credentials = credentials;
	}

	@Override
	public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
			throws IOException, HttpException {
		HttpHost target = scope.route.getTargetHost();
		boolean isTarget = target.getPort() == this.proxy.getPort()
				&& target.getHostName().equalsIgnoreCase(this.proxy.getHostName());
		if (!this.proxy.equals(scope.route.getProxyHost()) || isTarget) {
			return chain.proceed(request, scope);
		}
		HttpClientContext context = scope.clientContext;
		CredentialsProvider providerBefore = context.getCredentialsProvider();
		Cache cache = new Cache(context.getAuthCache());
		context.setCredentialsProvider(new Provider(providerBefore));
		context.setAuthCache(cache);
		try {
			return chain.proceed(request, scope);
		}
		finally {
			context.setCredentialsProvider(providerBefore);
			context.setAuthCache(cache.others);
		}
	}

	/**
	 * Credentials for the proxy, and those that there were before for all others.
	 */
	private final class Provider implements CredentialsProvider {

		private final @Nullable CredentialsProvider others;

		Provider(@Nullable CredentialsProvider others) {
			this.others = others;
		}

		@Override
		public @Nullable Credentials getCredentials(AuthScope scope, HttpContext context) {
			HttpHost proxy = ProxyAuthentication.this.proxy;
			if (proxy.getSchemeName().equals(scope.getProtocol())
					&& proxy.getHostName().equalsIgnoreCase(scope.getHost()) && scope.getPort() == proxy.getPort()) {
				return ProxyAuthentication.this.credentials;
			}
			return (this.others != null) ? this.others.getCredentials(scope, context) : null;
		}

	}

	/**
	 * What is known of the proxy, and what was known before of all others.
	 */
	private final class Cache implements AuthCache {

		private @Nullable AuthCache others;

		Cache(@Nullable AuthCache others) {
			this.others = others;
		}

		@Override
		public @Nullable AuthScheme get(HttpHost host) {
			return get(host, null);
		}

		@Override
		public @Nullable AuthScheme get(HttpHost host, @Nullable String pathPrefix) {
			if (!host.equals(ProxyAuthentication.this.proxy)) {
				return (this.others != null) ? this.others.get(host, pathPrefix) : null;
			}
			if (!ProxyAuthentication.this.preemptive) {
				return null;
			}
			BasicScheme basic = new BasicScheme();
			basic.initPreemptive(ProxyAuthentication.this.credentials);
			return basic;
		}

		@Override
		public void put(HttpHost host, AuthScheme authScheme) {
			put(host, null, authScheme);
		}

		@Override
		public void put(HttpHost host, @Nullable String pathPrefix, AuthScheme authScheme) {
			if (host.equals(ProxyAuthentication.this.proxy)) {
				ProxyAuthentication.this.preemptive = authScheme instanceof BasicScheme;
				return;
			}
			if (this.others == null) {
				this.others = new BasicAuthCache();
			}
			this.others.put(host, pathPrefix, authScheme);
		}

		@Override
		public void remove(HttpHost host) {
			remove(host, null);
		}

		@Override
		public void remove(HttpHost host, @Nullable String pathPrefix) {
			if (host.equals(ProxyAuthentication.this.proxy)) {
				ProxyAuthentication.this.preemptive = false;
			}
			else if (this.others != null) {
				this.others.remove(host, pathPrefix);
			}
		}

		@Override
		public void clear() {
			if (this.others != null) {
				this.others.clear();
			}
		}

	}

}
