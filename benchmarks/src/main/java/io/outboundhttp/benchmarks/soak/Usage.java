package io.outboundhttp.benchmarks.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What this process holds.
 *
 * @param heapBytes heap in use after a collection
 * @param threads how many platform threads there are of each name, numbers left out;
 * those that the JDK starts and ends as it likes are not among them
 * @param sockets open sockets of TCP, as far as the system tells, else zero
 */
record Usage(long heapBytes, Map<String, Long> threads, int sockets) {

	private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

	/** Column of the tables of connections. */
	private static final int INODE = 9;

	private static final int COLLECTIONS = 4;

	/**
	 * Collect garbage, and read.
	 */
	static Usage read() throws InterruptedException {
		long heapBytes = Long.MAX_VALUE;
		for (int i = 0; i < COLLECTIONS; i++) {
			System.gc();
			// what the collection has queued is worked off meanwhile
			TimeUnit.MILLISECONDS.sleep(100);
			heapBytes = Math.min(heapBytes, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
		}
		return now(heapBytes);
	}

	/**
	 * Read, garbage included.
	 */
	static Usage now() {
		return now(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
	}

	private static Usage now(long heapBytes) {
		Map<String, Long> threads = Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map((thread) -> thread.getName().replaceAll("\\d+", "N"))
			.filter((name) -> !isOfTheJdk(name))
			.collect(Collectors.groupingBy((name) -> name, TreeMap::new, Collectors.counting()));
		return new Usage(heapBytes, threads, openSockets());
	}

	private static boolean isOfTheJdk(String name) {
		return name.startsWith("ForkJoinPool") || name.startsWith("process reaper") || name.startsWith("VirtualThread")
				|| name.equals("Attach Listener");
	}

	/** Those of TCP: the JDK keeps one of another kind for itself. */
	private static int openSockets() {
		int sockets = 0;
		if (Files.isDirectory(DESCRIPTORS)) {
			try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
				Set<String> connections = connections();
				for (Path descriptor : descriptors) {
					sockets += connections.contains(target(descriptor)) ? 1 : 0;
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
		return sockets;
	}

	private static Set<String> connections() throws IOException {
		Set<String> connections = new HashSet<>();
		for (String table : List.of("tcp", "tcp6")) {
			for (String line : Files.readAllLines(Path.of("/proc/self/net", table))) {
				connections.add("socket:[" + line.strip().split("\\s+")[INODE] + "]");
			}
		}
		return connections;
	}

	private static String target(Path descriptor) throws IOException {
		try {
			return Files.readSymbolicLink(descriptor).toString();
		}
		catch (NoSuchFileException ex) {
			return "closed meanwhile";
		}
	}

	int threadCount() {
		return this.threads.values().stream().mapToInt(Long::intValue).sum();
	}

	/**
	 * Return the threads that are more than there were.
	 * @param earlier what there was
	 * @return by how many they are more
	 */
	Map<String, Long> threadsSince(Usage earlier) {
		Map<String, Long> more = new TreeMap<>();
		this.threads.forEach((name, count) -> {
			long added = count - earlier.threads.getOrDefault(name, 0L);
			if (added > 0) {
				more.put(name, added);
			}
		});
		return more;
	}

	double heapMegabytes() {
		return this.heapBytes / (1024.0 * 1024);
	}

}
