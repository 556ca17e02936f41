package io.outboundhttp.autoconfigure;

import io.outboundhttp.client.ReplacedConnectionManagerException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * {@link AbstractFailureAnalyzer} for {@link ReplacedConnectionManagerException}.
 */
final class ReplacedConnectionManagerFailureAnalyzer
		extends AbstractFailureAnalyzer<ReplacedConnectionManagerException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, ReplacedConnectionManagerException cause) {
		return new FailureAnalysis(
				"Client '%s': application code replaced the connection manager of its HttpClient, so its connections would not be managed."
					.formatted(cause.getClient()),
				"Remove the call of 'HttpClientBuilder.setConnectionManager' from the customizer and set "
						+ "'outbound-http.clients.%s.pool.*' instead. To keep Spring Boot's builders as they are, set "
							.formatted(cause.getClient())
						+ "'outbound-http.takeover' to 'false'.",
				cause);
	}

}
