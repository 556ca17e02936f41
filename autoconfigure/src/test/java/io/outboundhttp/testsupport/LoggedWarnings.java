package io.outboundhttp.testsupport;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/**
 * Writes down what a logger and those below it warn of, until it is closed.
 */
public final class LoggedWarnings implements AutoCloseable {

	private final List<String> warnings = new CopyOnWriteArrayList<>();

	private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

	private final String name;

	private final Recorder recorder = new Recorder();

	private LoggedWarnings(String name) {
		this.name = name;
	}

	/**
	 * Begin to write down.
	 * @param logger name of the logger
	 * @return what was logged from now on
	 */
	public static LoggedWarnings of(String logger) {
		LoggedWarnings warnings = new LoggedWarnings(logger);
		warnings.recorder.setContext(warnings.context);
		warnings.attach();
		return warnings;
	}

	/**
	 * Go on after a start of an application, which configures logging anew and drops
	 * whoever listens. Changes nothing otherwise.
	 */
	public void attach() {
		this.recorder.start();
		Logger logger = this.context.getLogger(this.name);
		if (!logger.isAttached(this.recorder)) {
			logger.addAppender(this.recorder);
		}
	}

	/**
	 * Return what was logged so far at warn level or above.
	 * @return the messages, each with what was thrown and why
	 */
	public List<String> list() {
		return List.copyOf(this.warnings);
	}

	@Override
	public void close() {
		this.context.getLogger(this.name).detachAppender(this.recorder);
		this.recorder.stop();
	}

	private static String text(ILoggingEvent event) {
		StringBuilder text = new StringBuilder(event.getLevel() + " " + event.getFormattedMessage());
		IThrowableProxy thrown = event.getThrowableProxy();
		while (thrown != null) {
			text.append("; ").append(thrown.getClassName()).append(": ").append(thrown.getMessage());
			thrown = thrown.getCause();
		}
		return text.toString();
	}

	/**
	 * Appender that keeps warnings.
	 */
	private final class Recorder extends AppenderBase<ILoggingEvent> {

		@Override
		protected void append(ILoggingEvent event) {
			if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
				LoggedWarnings.this.warnings.add(text(event));
			}
		}

	}

}
