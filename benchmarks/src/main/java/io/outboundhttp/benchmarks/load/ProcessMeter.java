package io.outboundhttp.benchmarks.load;

import java.lang.management.ManagementFactory;

import javax.management.AttributeNotFoundException;
import javax.management.JMException;
import javax.management.ObjectName;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;

/**
 * What this process has used, all its threads together: what a client does on threads of
 * its own counts as well as what it does on those of its callers. Before Java 21 there is
 * one exception: bytes of threads that have ended by the second reading are left out.
 */
final class ProcessMeter {

	/** Counts virtual threads and those that have ended, too. Since Java 21. */
	private static final String TOTAL_ALLOCATED = "TotalThreadAllocatedBytes";

	private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

	private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

	private final boolean hasTotal = hasTotal();

	Reading read() {
		return new Reading(System.nanoTime(), this.system.getProcessCpuTime(),
				this.hasTotal ? (long) total() : allocatedByLiveThreads());
	}

	private long allocatedByLiveThreads() {
		long sum = 0;
		for (long bytes : this.threads.getThreadAllocatedBytes(this.threads.getAllThreadIds())) {
			sum += Math.max(0, bytes);
		}
		return sum;
	}

	private static boolean hasTotal() {
		try {
			attribute(TOTAL_ALLOCATED);
			return true;
		}
		catch (AttributeNotFoundException ex) {
			return false;
		}
		catch (JMException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Object total() {
		try {
			return attribute(TOTAL_ALLOCATED);
		}
		catch (JMException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Object attribute(String name) throws JMException {
		return ManagementFactory.getPlatformMBeanServer()
			.getAttribute(new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME), name);
	}

	/**
	 * What was used up to a moment, or between two.
	 *
	 * @param nanos the moment
	 * @param cpuNanos processor time
	 * @param bytes bytes allocated on the heap
	 */
	record Reading(long nanos, long cpuNanos, long bytes) {

		Reading minus(Reading earlier) {
			return new Reading(this.nanos - earlier.nanos, this.cpuNanos - earlier.cpuNanos,
					this.bytes - earlier.bytes);
		}

	}

}
