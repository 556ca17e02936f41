package io.outboundhttp.pool.admission;

import java.lang.reflect.Method;

/**
 * Kinds of threads to run a proof on.
 */
public enum Threads {

	PLATFORM,

	/** Java 21 and later. */
	VIRTUAL;

	/**
	 * Return whether this JVM has them.
	 * @return whether it has
	 */
	public boolean available() {
		return this == PLATFORM || Runtime.version().feature() >= 21;
	}

	/**
	 * Start a daemon thread.
	 * @param name its name
	 * @param work what it does
	 * @return the thread
	 */
	public Thread start(String name, Runnable work) {
		Thread thread = (this == PLATFORM) ? new Thread(work) : virtual(work);
		thread.setName(name);
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	private static Thread virtual(Runnable work) {
		try {
			Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
			Method unstarted = Class.forName("java.lang.Thread$Builder").getMethod("unstarted", Runnable.class);
			return (Thread) unstarted.invoke(builder, work);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException("No virtual threads", ex);
		}
	}

}
