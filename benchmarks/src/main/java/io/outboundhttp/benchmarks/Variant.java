package io.outboundhttp.benchmarks;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Setup under which the application starts: what is on its class path, and how many
 * clients its configuration file has.
 */
enum Variant {

	PLAIN("plain Boot", false, false, 0),

	PLAIN_HTTPCLIENT("plain Boot + httpclient5", true, false, 0),

	PLAIN_FILE("plain Boot + httpclient5, file with 100 clients that nobody reads", true, false, 100),

	MANAGED_0("outbound-http, 0 clients", true, true, 0),

	MANAGED_1("outbound-http, 1 client", true, true, 1),

	MANAGED_100("outbound-http, 100 clients", true, true, 100);

	private static final String STARTER = "outbound-http-spring-boot";

	private static final List<String> HTTP_CLIENT = List.of("httpclient5", "httpcore5");

	private final String description;

	private final boolean httpClient;

	private final boolean managed;

	private final int clients;

	Variant(String description, boolean httpClient, boolean managed, int clients) {
		this.description = description;
		this.httpClient = httpClient;
		this.managed = managed;
		this.clients = clients;
	}

	boolean isManaged() {
		return this.managed;
	}

	int clients() {
		return this.clients;
	}

	/**
	 * Leave out of a class path what this variant does without.
	 * @param complete the class path with everything
	 * @return the class path of this variant
	 */
	String classPath(String complete) {
		return Arrays.stream(complete.split(File.pathSeparator))
			.filter((entry) -> isIncluded(Path.of(entry).getFileName().toString()))
			.collect(Collectors.joining(File.pathSeparator));
	}

	private boolean isIncluded(String file) {
		return (this.managed || !file.startsWith(STARTER))
				&& (this.httpClient || HTTP_CLIENT.stream().noneMatch(file::startsWith));
	}

	/**
	 * Check that the class path is that of this variant.
	 * @throws IllegalStateException if something is missing or too much
	 */
	void verifyClassPath() {
		verifyPresence("io.outboundhttp.client.OutboundHttpClients", this.managed);
		verifyPresence("org.apache.hc.client5.http.classic.HttpClient", this.httpClient);
		verifyPresence("org.apache.hc.core5.http.HttpHost", this.httpClient);
	}

	private void verifyPresence(String type, boolean expected) {
		boolean present = Variant.class.getClassLoader().getResource(type.replace('.', '/') + ".class") != null;
		if (present != expected) {
			throw new IllegalStateException(
					"%s on the class path of '%s': %s (expected: %s)".formatted(type, this, present, expected));
		}
	}

	@Override
	public String toString() {
		return this.description;
	}

}
