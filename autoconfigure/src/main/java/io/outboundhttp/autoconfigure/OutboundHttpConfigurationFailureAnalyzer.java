package io.outboundhttp.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * {@link AbstractFailureAnalyzer} for {@link OutboundHttpConfigurationException}.
 */
final class OutboundHttpConfigurationFailureAnalyzer
		extends AbstractFailureAnalyzer<OutboundHttpConfigurationException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, OutboundHttpConfigurationException cause) {
		return new FailureAnalysis(cause.getDescription(), cause.getAction(), cause);
	}

}
