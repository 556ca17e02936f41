package io.outboundhttp;

import java.util.List;

/**
 * Tells frames of applications from those of the libraries that a call passes.
 */
final class ApplicationFrames {

	private static final List<String> LIBRARIES = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.", "jakarta.",
			"org.apache.hc.", "org.springframework.", "io.micrometer.", "io.outboundhttp.call.",
			"io.outboundhttp.client.", "io.outboundhttp.pool.", "org.apache.catalina.", "org.apache.coyote.",
			"org.apache.tomcat.");

	private ApplicationFrames() {
	}

	static boolean isApplication(StackTraceElement frame) {
		String name = frame.getClassName();
		return LIBRARIES.stream().noneMatch(name::startsWith);
	}

}
