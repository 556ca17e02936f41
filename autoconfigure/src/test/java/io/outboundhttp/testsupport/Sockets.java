package io.outboundhttp.testsupport;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks at the connected TCP sockets of this JVM as the kernel sees them. Linux only;
 * elsewhere there are none to be seen.
 */
public final class Sockets {

	private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

	private static final List<Path> TABLES = List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));

	private static final int LOCAL = 1;

	private static final int REMOTE = 2;

	private static final int STATE = 3;

	private static final int INODE = 9;

	private Sockets() {
	}

	/**
	 * Return whether sockets can be seen on this system.
	 * @return whether it is a Linux
	 */
	public static boolean areVisible() {
		return Files.isDirectory(DESCRIPTORS) && Files.isReadable(TABLES.get(0));
	}

	/**
	 * Return the sockets of this JVM that are connected, or were and are not closed yet.
	 * @return the sockets, of both sides where both are in this JVM
	 */
	public static List<Socket> connected() {
		if (!areVisible()) {
			return List.of();
		}
		try {
			// the descriptors last: what is closed meanwhile is not shown
			List<Socket> all = new ArrayList<>();
			for (Path table : TABLES) {
				if (Files.isReadable(table)) {
					Files.readAllLines(table).stream().skip(1).map(Sockets::parse).forEach(all::add);
				}
			}
			Set<String> own = ownInodes();
			return all.stream()
				.filter((socket) -> socket.state() != State.OTHER && own.contains(socket.inode()))
				.toList();
		}
		catch (IOException ex) {
			throw new IllegalStateException("Sockets of this JVM cannot be read", ex);
		}
	}

	/**
	 * Return the sockets of this JVM whose peer has a port.
	 * @param port the port
	 * @return the sockets of the clients of a server on that port
	 */
	public static List<Socket> connectedTo(int port) {
		return connected().stream().filter((socket) -> socket.remotePort() == port).toList();
	}

	private static Socket parse(String line) {
		String[] fields = line.trim().split("\\s+");
		State state = switch (fields[STATE]) {
			case "01" -> State.ESTABLISHED;
			case "08" -> State.CLOSE_WAIT;
			default -> State.OTHER;
		};
		return new Socket(fields[INODE], port(fields[LOCAL]), port(fields[REMOTE]), state);
	}

	private static int port(String address) {
		return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1), 16);
	}

	private static Set<String> ownInodes() throws IOException {
		Set<String> inodes = new HashSet<>();
		try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
			for (Path descriptor : descriptors) {
				try {
					String target = Files.readSymbolicLink(descriptor).toString();
					if (target.startsWith("socket:[")) {
						inodes.add(target.substring("socket:[".length(), target.length() - 1));
					}
				}
				catch (NoSuchFileException ex) {
					// closed meanwhile
				}
			}
		}
		return inodes;
	}

	/**
	 * One socket.
	 *
	 * @param inode what tells it from every other socket
	 * @param localPort port on this side
	 * @param remotePort port of the peer
	 * @param state how it stands
	 */
	public record Socket(String inode, int localPort, int remotePort, State state) {

	}

	/**
	 * How a socket stands.
	 */
	public enum State {

		/** Open on both sides. */
		ESTABLISHED,

		/** Closed by the peer, and not by us. */
		CLOSE_WAIT,

		/** Anything else. */
		OTHER

	}

}
