package io.outboundhttp.testsupport;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * {@link LauncherSessionListener} that lets Awaitility look at once, and often. By itself
 * it waits a tenth of a second before each look, the first one included, which all tests
 * together pay with minutes.
 */
public final class QuickAwait implements LauncherSessionListener {

	@Override
	public void launcherSessionOpened(LauncherSession session) {
		Awaitility.setDefaultPollDelay(Duration.ZERO);
		Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
	}

}
