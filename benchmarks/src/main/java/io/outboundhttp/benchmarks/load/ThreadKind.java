package io.outboundhttp.benchmarks.load;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/**
 * What callers run on.
 */
public enum ThreadKind {

	/** Threads of the operating system. */
	PLATFORM {

		@Override
		public ThreadFactory factory() {
			return Executors.defaultThreadFactory();
		}

	},

	/** Virtual threads, which Java 17 does not know. */
	VIRTUAL {

		@Override
		public ThreadFactory factory() {
			try {
				MethodHandles.Lookup lookup = MethodHandles.publicLookup();
				Class<?> builder = Class.forName("java.lang.Thread$Builder");
				MethodHandle ofVirtual = lookup.findStatic(Thread.class, "ofVirtual",
						MethodType.methodType(Class.forName("java.lang.Thread$Builder$OfVirtual")));
				MethodHandle factory = lookup.findVirtual(builder, "factory",
						MethodType.methodType(ThreadFactory.class));
				return (ThreadFactory) factory.invoke(ofVirtual.invoke());
			}
			catch (ReflectiveOperationException ex) {
				throw new IllegalStateException("Java %s has no virtual threads (expected: 21 or newer)"
					.formatted(System.getProperty("java.version")), ex);
			}
			catch (Throwable ex) {
				throw new IllegalStateException("cannot make virtual threads", ex);
			}
		}

	};

	/**
	 * Return what makes such threads.
	 * @return the factory
	 * @throws IllegalStateException if Java has no such threads
	 */
	public abstract ThreadFactory factory();

}
