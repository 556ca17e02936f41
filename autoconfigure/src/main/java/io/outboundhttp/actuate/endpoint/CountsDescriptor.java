package io.outboundhttp.actuate.endpoint;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import io.outboundhttp.pool.PoolSnapshot;

/**
 * What was counted since the pool was opened. Only what has occurred has an entry.
 *
 * @param opened connections that were opened
 * @param closed connections that were closed, by reason
 * @param acquireTimeouts callers that got no connection in time
 * @param acquireRejected callers that were turned away, since too many waited
 * @param refused connections for which HttpClient's own pool had no place; anything but
 * zero is a defect
 * @param retries requests that were sent again, by reason
 * @param retriesDenied requests that were not sent again although a failure called for
 * it, by reason
 * @param callTimeouts calls that took longer than their call timeout, by phase
 * @param egressDenied connections that the egress policy denies, by mode
 * @since 0.1.0
 */
public record CountsDescriptor(long opened, Map<String, Long> closed, long acquireTimeouts, long acquireRejected,
		long refused, Map<String, Long> retries, Map<String, Long> retriesDenied, Map<String, Long> callTimeouts,
		Map<String, Long> egressDenied) {

	static CountsDescriptor of(PoolSnapshot snapshot) {
		PoolSnapshot.Connections connections = snapshot.connections();
		PoolSnapshot.Calls calls = snapshot.calls();
		return new CountsDescriptor(connections.opened(), occurred(connections.closed()), connections.timeouts(),
				connections.rejected(), connections.refused(), occurred(calls.retries()),
				occurred(calls.retriesDenied()), occurred(calls.timeouts()), occurred(calls.egressDenied()));
	}

	private static Map<String, Long> occurred(Map<? extends Enum<?>, Long> counts) {
		Map<String, Long> occurred = new LinkedHashMap<>();
		counts.entrySet()
			.stream()
			.filter((entry) -> entry.getValue() > 0)
			.sorted((one, other) -> one.getKey().name().compareTo(other.getKey().name()))
			.forEach((entry) -> occurred.put(entry.getKey().name().toLowerCase(Locale.ROOT), entry.getValue()));
		return occurred;
	}

}
