package io.outboundhttp.testsupport;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * What a logger logs, at any level, until this is closed. Thread-safe.
 */
public final class LoggedLines implements AutoCloseable {

	private final List<String> lines = new CopyOnWriteArrayList<>();

	private final Logger logger;

	private final @Nullable Level levelBefore;

	private final Recorder recorder = new Recorder();

	private LoggedLines(String name, Level level) {
		LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
		this.logger = context.getLogger(name);
		this.levelBefore = this.logger.getLevel();
		this.recorder.setContext(context);
		this.recorder.start();
		this.logger.setLevel(level);
		this.logger.addAppender(this.recorder);
	}

	/**
	 * Begin to write down what is logged at debug level or above.
	 * @param logger name of the logger
	 * @return what is logged from now on
	 */
	public static LoggedLines debug(String logger) {
		return new LoggedLines(logger, Level.DEBUG);
	}

	/**
	 * Begin to write down everything.
	 * @param logger name of the logger
	 * @return what is logged from now on
	 */
	public static LoggedLines trace(String logger) {
		return new LoggedLines(logger, Level.TRACE);
	}

	/**
	 * Return what was logged so far.
	 * @return level and message of each line
	 */
	public List<String> list() {
		return List.copyOf(this.lines);
	}

	/**
	 * Return the lines with a text.
	 * @param part the text
	 * @return the lines
	 */
	public List<String> with(String part) {
		return this.lines.stream().filter((line) -> line.contains(part)).toList();
	}

	@Override
	public void close() {
		this.logger.detachAppender(this.recorder);
		this.logger.setLevel(this.levelBefore);
		this.recorder.stop();
	}

	/**
	 * Appender that keeps lines.
	 */
	private final class Recorder extends AppenderBase<ILoggingEvent> {

		@Override
		protected void append(ILoggingEvent event) {
			LoggedLines.this.lines.add(event.getLevel() + " " + event.getFormattedMessage());
		}

	}

}
