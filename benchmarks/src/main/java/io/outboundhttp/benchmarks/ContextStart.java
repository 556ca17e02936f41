package io.outboundhttp.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

import com.sun.management.OperatingSystemMXBean;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * One measured start of the application, in a JVM of its own.
 */
final class ContextStart {

	private static final String THREAD_NAME = "outbound-http";

	private static final Path OPEN_FILES = Path.of("/proc/self/fd");

	private ContextStart() {
	}

	/**
	 * Start the application, check what it has opened, and print what the start cost.
	 * @param args name of the {@link Variant} and the configuration file
	 * @throws IOException if the open files cannot be listed
	 */
	public static void main(String[] args) throws IOException {
		Variant variant = Variant.valueOf(args[0]);
		variant.verifyClassPath();
		OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
		long socketsBefore = openSockets();
		long cpuBefore = system.getProcessCpuTime();
		long before = System.nanoTime();
		ConfigurableApplicationContext context = SpringApplication.run(BenchmarkApplication.class,
				"--spring.config.location=" + Path.of(args[1]).toUri());
		StartCost cost = new StartCost(System.nanoTime() - before, system.getProcessCpuTime() - cpuBefore);
		try (context) {
			verifyNothingRuns(socketsBefore);
			if (variant.isManaged()) {
				ManagedClients.verifyUnused(context, variant.clients());
			}
		}
		System.out.println(cost.print());
	}

	private static void verifyNothingRuns(long socketsBefore) throws IOException {
		List<String> threads = Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map(Thread::getName)
			.filter((name) -> name.startsWith(THREAD_NAME))
			.toList();
		if (!threads.isEmpty()) {
			throw new IllegalStateException("live threads: %s (expected: none)".formatted(threads));
		}
		long sockets = openSockets() - socketsBefore;
		if (sockets != 0) {
			throw new IllegalStateException("opened sockets: %d (expected: 0)".formatted(sockets));
		}
	}

	/**
	 * Count the sockets of this process where the operating system lists them.
	 */
	private static long openSockets() throws IOException {
		if (!Files.isDirectory(OPEN_FILES)) {
			return 0;
		}
		long sockets = 0;
		try (DirectoryStream<Path> files = Files.newDirectoryStream(OPEN_FILES)) {
			for (Path file : files) {
				sockets += isSocket(file) ? 1 : 0;
			}
		}
		return sockets;
	}

	private static boolean isSocket(Path file) throws IOException {
		try {
			return Files.readSymbolicLink(file).toString().startsWith("socket:");
		}
		catch (NoSuchFileException ex) {
			// The listing itself was open while it was made.
			return false;
		}
	}

}
