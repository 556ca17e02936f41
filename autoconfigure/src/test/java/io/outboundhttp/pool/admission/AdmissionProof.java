package io.outboundhttp.pool.admission;

import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Way into the proofs from another class loader: gets the name of a race of
 * {@link AdmissionHandshake} or of a mode of {@link AdmissionStress} and for how long it
 * may run, returns what went wrong.
 */
public final class AdmissionProof implements BiFunction<String, Duration, List<String>> {

	private static final Duration TOO_LONG = Duration.ofSeconds(5);

	@Override
	public List<String> apply(String name, Duration time) {
		if (AdmissionHandshake.races().contains(name)) {
			return AdmissionHandshake.run(name, time, TOO_LONG, Threads.PLATFORM).violations();
		}
		AdmissionStress.Mode mode = AdmissionStress.Mode.valueOf(name);
		return AdmissionStress.run(mode, 16, time, TOO_LONG, Threads.PLATFORM).violations();
	}

}
