package io.outboundhttp.autoconfigure.aot;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

import io.outboundhttp.testsupport.ChildJvm;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplicationAotProcessor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for an application that was processed ahead of time, as Spring Boot's build
 * plugins do it, and runs on the JVM.
 */
class AheadOfTimeTests {

	private static final String APPLICATION = AheadOfTimeApplication.class.getName();

	private static final TestHttpServer server = TestHttpServer.start();

	private static final String[] PROPERTIES = { "--spring.main.web-application-type=none",
			"--outbound-http.clients.payments.base-url=" + server.url(),
			"--outbound-http.clients.payments.pool.max-per-route=7",
			"--outbound-http.clients.shipping-api.base-url=" + server.url() };

	@TempDir
	private static Path directory;

	@BeforeAll
	static void process() throws Exception {
		List<String> arguments = new ArrayList<>(List.of(SpringApplicationAotProcessor.class.getName(), APPLICATION,
				path("sources"), path("classes"), path("classes"), "io.outboundhttp", "aot-test"));
		arguments.addAll(List.of(PROPERTIES));
		ChildJvm.Result result = ChildJvm.run(arguments);
		assertThat(result.exitCode()).as(result.output()).isZero();
		List<String> compile = new ArrayList<>(List.of("-proc:none", "-nowarn", "-parameters", "-d", path("classes"),
				"-cp", path("classes") + File.pathSeparator + System.getProperty("java.class.path")));
		try (Stream<Path> sources = Files.walk(directory.resolve("sources"))) {
			sources.map(Path::toString).filter((source) -> source.endsWith(".java")).forEach(compile::add);
		}
		assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, compile.toArray(String[]::new))).isZero();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void qualifiersPoolsAndSettingsAreThoseOfTheJvm() throws Exception {
		int before = server.requests().size();
		ChildJvm.Result result = run();
		assertThat(result.exitCode()).as(result.output()).isZero();
		List<RecordedRequest> requests = server.requests().subList(before, server.requests().size());
		assertThat(requests).extracting(RecordedRequest::target)
			.containsExactly("/payments", "/shipping", "/built", "/pool/payments/7", "/pool/shipping-api/50",
					"/pool/default/50");
		assertThat(requests.get(2).header("X-Aot")).isEqualTo("true");
	}

	@Test
	void clientThatIsConfiguredLaterIsAnError() throws Exception {
		ChildJvm.Result result = run("--outbound-http.clients.late.read-timeout=1s");
		assertThat(result.exitCode()).isNotZero();
		assertThat(result.output()).contains("APPLICATION FAILED TO START")
			.contains("Client 'late' below 'outbound-http.clients.late' was configured after ahead-of-time processing");
	}

	@Test
	void settingThatIsChangedLaterCounts() throws Exception {
		ChildJvm.Result result = run("--outbound-http.clients.payments.pool.max-per-route=9");
		assertThat(result.exitCode()).as(result.output()).isZero();
		assertThat(server.requests("/pool/payments/9")).hasSize(1);
	}

	private static ChildJvm.Result run(String... properties) throws Exception {
		List<String> arguments = new ArrayList<>(List.of("-Dspring.aot.enabled=true", APPLICATION));
		List<String> later = List.of(properties);
		Stream.of(PROPERTIES)
			.filter((property) -> later.stream().noneMatch((other) -> key(other).equals(key(property))))
			.forEach(arguments::add);
		arguments.addAll(later);
		return ChildJvm.run(path("classes"), arguments);
	}

	private static String key(String property) {
		return property.substring(0, property.indexOf('='));
	}

	private static String path(String name) {
		return directory.resolve(name).toString();
	}

}
