package io.outboundhttp;

import org.springframework.context.ApplicationEvent;

/**
 * {@link ApplicationEvent} published when a leaked connection is found, and once more if
 * it is taken back later. It comes on a background thread of this library: a listener
 * that takes its time should be asynchronous.
 *
 * @since 0.1.0
 */
public class LeakDetectedEvent extends ApplicationEvent {

	private static final long serialVersionUID = 1L;

	private final transient LeakReport report;

	/**
	 * Create an event.
	 * @param source pool of the connection
	 * @param report the report
	 */
	public LeakDetectedEvent(Object source, LeakReport report) {
		super(source);
		this.report = report;
	}

	/**
	 * Return the report. Not available after serialization.
	 * @return the report
	 */
	public LeakReport getReport() {
		return this.report;
	}

}
