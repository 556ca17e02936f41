package io.outboundhttp.sample.upstream;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.outboundhttp.sample.web.InvalidValueException;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a service. Only the setting of the mode is there.
 *
 * @param mode the kind of trouble
 * @param delay milliseconds that pass before each answer, with {@link Mode#SLOW}
 * @param share share of requests that are answered with 503, with {@link Mode#FAILING}
 * @param announce whether the answer says that the connection closes, with
 * {@link Mode#CLOSING}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Trouble(Mode mode, @Nullable Long delay, @Nullable Double share, @Nullable Boolean announce) {

	static final Trouble NONE = new Trouble(Mode.NONE, null, null, null);

	private static final long DEFAULT_DELAY = 5000;

	private static final long MAX_DELAY = 60000;

	private static final double DEFAULT_SHARE = 0.5;

	/**
	 * Create trouble.
	 * @param mode the name of a mode
	 * @param delay as above, null for the default of 5,000
	 * @param share as above, null for the default of 0.5
	 * @param announce as above, null for the default, true
	 * @return the trouble
	 * @throws InvalidValueException if a value makes no sense, or not with this mode
	 */
	static Trouble of(String mode, @Nullable Long delay, @Nullable Double share, @Nullable Boolean announce) {
		Mode found = Mode.of(mode);
		onlyWith(Mode.SLOW, found, "delay", delay);
		onlyWith(Mode.FAILING, found, "share", share);
		onlyWith(Mode.CLOSING, found, "announce", announce);
		if (delay != null && (delay < 1 || delay > MAX_DELAY)) {
			throw new InvalidValueException("delay", delay, "1 to " + MAX_DELAY + " milliseconds");
		}
		if (share != null && !(share > 0 && share <= 1)) {
			throw new InvalidValueException("share", share, "above 0, up to 1");
		}
		return switch (found) {
			case NONE -> NONE;
			case SLOW -> new Trouble(found, (delay != null) ? delay : DEFAULT_DELAY, null, null);
			case FAILING -> new Trouble(found, null, (share != null) ? share : DEFAULT_SHARE, null);
			case CLOSING -> new Trouble(found, null, null, (announce != null) ? announce : true);
		};
	}

	private static void onlyWith(Mode needed, Mode mode, String name, @Nullable Object value) {
		if (value != null && mode != needed) {
			throw new InvalidValueException(name, value, "nothing, since it belongs to mode '" + needed + "'");
		}
	}

	/**
	 * Kinds of trouble.
	 */
	enum Mode {

		/**
		 * All is well.
		 */
		NONE,

		/**
		 * Every answer takes its time.
		 */
		SLOW,

		/**
		 * Some answers are errors.
		 */
		FAILING,

		/**
		 * Every answer is the last one of its connection.
		 */
		CLOSING;

		static Mode of(String name) {
			return Arrays.stream(values())
				.filter((mode) -> mode.toString().equals(name))
				.findFirst()
				.orElseThrow(() -> new InvalidValueException("mode", name,
						Arrays.stream(values()).map(Mode::toString).collect(Collectors.joining(", "))));
		}

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

}
