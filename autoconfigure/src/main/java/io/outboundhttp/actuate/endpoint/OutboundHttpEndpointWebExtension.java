package io.outboundhttp.actuate.endpoint;

import java.security.Principal;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.context.annotation.ImportRuntimeHints;

/**
 * {@link EndpointWebExtension} of the {@link OutboundHttpEndpoint}: shows stacks only to
 * those who may see them, knows who changes something, says in words why a request is
 * refused, and has a page for browsers.
 *
 * @since 0.1.0
 */
@EndpointWebExtension(endpoint = OutboundHttpEndpoint.class)
@ImportRuntimeHints(DashboardPage.Hints.class)
public class OutboundHttpEndpointWebExtension {

	private static final String NOBODY = "anonymous";

	private final DashboardPage page = new DashboardPage();

	private final OutboundHttpEndpoint delegate;

	private final Show showValues;

	private final Set<String> roles;

	/**
	 * Create the extension.
	 * @param delegate the endpoint
	 * @param showValues when to show stacks and names of threads
	 * @param roles roles of those who may see them, empty for all who are authenticated
	 */
	public OutboundHttpEndpointWebExtension(OutboundHttpEndpoint delegate, Show showValues, Set<String> roles) {
		this.delegate = delegate;
		this.showValues = showValues;
		this.roles = Set.copyOf(roles);
	}

	/**
	 * Return the page that shows all clients in a browser.
	 * @return an HTML document
	 */
	@ReadOperation(produces = "text/html;charset=UTF-8")
	public String page() {
		return this.page.html();
	}

	/**
	 * Return one client.
	 * @param securityContext who asks
	 * @param client name of the client
	 * @return the client, or {@code null} if there is none of that name
	 */
	@ReadOperation
	public @Nullable ClientDescriptor client(SecurityContext securityContext, @Selector String client) {
		return this.delegate.descriptions().one(client, this.showValues.isShown(securityContext, this.roles));
	}

	/**
	 * Change the limits of a client for a while.
	 * @param securityContext who asks
	 * @param client name of the client
	 * @param maxTotal limit of all connections, 1 to 10,000; {@code null} to leave it
	 * @param maxPerRoute limit of a route, 1 to 10,000; {@code null} to leave it
	 * @param revertAfter duration after which the configured limits hold again, 1s to
	 * 24h; {@code null} for 1h
	 * @return the limits, or why they cannot be changed
	 */
	@WriteOperation
	public WebEndpointResponse<OperationResponseBody> changeLimits(SecurityContext securityContext,
			@Selector String client, @Nullable String maxTotal, @Nullable String maxPerRoute,
			@Nullable String revertAfter) {
		return answer(client, () -> this.delegate.actions()
			.limits(client, maxTotal, maxPerRoute, revertAfter, name(securityContext)));
	}

	/**
	 * Close connections of a client.
	 * @param securityContext who asks
	 * @param client name of the client
	 * @param scope which ones: {@code idle}, {@code expired}, {@code suspected} or
	 * {@code all}
	 * @return what was closed, or why nothing can be
	 */
	@DeleteOperation
	public WebEndpointResponse<OperationResponseBody> closeConnections(SecurityContext securityContext,
			@Selector String client, @Nullable String scope) {
		return answer(client, () -> this.delegate.actions().close(client, scope, name(securityContext)));
	}

	private static WebEndpointResponse<OperationResponseBody> answer(String client,
			Supplier<? extends @Nullable OperationResponseBody> action) {
		try {
			OperationResponseBody body = action.get();
			return (body != null) ? new WebEndpointResponse<>(body)
					: new WebEndpointResponse<>(
							new ErrorDescriptor("there is no client '%s'".formatted(LimitsRequest.shown(client))),
							WebEndpointResponse.STATUS_NOT_FOUND);
		}
		catch (InvalidEndpointRequestException ex) {
			return new WebEndpointResponse<>(new ErrorDescriptor(String.valueOf(ex.getReason())),
					WebEndpointResponse.STATUS_BAD_REQUEST);
		}
	}

	private static String name(SecurityContext securityContext) {
		Principal principal = securityContext.getPrincipal();
		String name = (principal != null) ? principal.getName() : null;
		return (name != null) ? name : NOBODY;
	}

}
