package io.outboundhttp.autoconfigure;

import java.util.List;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClients;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.web.client.RestTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what the log says at the start.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartReportTests {

	private static final String START = "Spring Boot's HTTP clients now use pooled Apache HttpClient 5";

	private static final String LOGGER = "StartReport";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ApplicationContextRunner runner = ClientsRunner.create().withInitializer(this.leaks);

	/**
	 * Return the lines of the one report.
	 */
	private static List<String> report(CapturedOutput output) {
		List<String> lines = output.toString().lines().toList();
		List<String> first = lines.stream().filter((line) -> line.contains(LOGGER)).toList();
		assertThat(first).as("reports").hasSize(1);
		int start = lines.indexOf(first.get(0));
		return lines.subList(start, lines.size())
			.stream()
			.takeWhile((line) -> line.equals(first.get(0)) || line.startsWith("  "))
			.toList();
	}

	@Test
	void defaultsAreToldInOneBlockThatIsNoWarning(CapturedOutput output) {
		this.runner.run((context) -> assertThat(context.getBean(OutboundHttpClients.class).openPools()).isEmpty());
		List<String> report = report(output);
		assertThat(report.get(0)).contains(" INFO ", START);
		assertThat(report.subList(1, report.size())).containsExactly(
				"  default: connect-timeout 5s, read-timeout 30s, call-timeout off, pool.acquire-timeout 3s, "
						+ "pool.max-per-route 50, pool.max-total 500, retry.max-retries 0",
				"  info unbounded-body: Nothing bounds the bodies of responses of any client: one that is read into memory "
						+ "may fill it; change outbound-http.defaults.max-response-size");
	}

	@Test
	void whatWasSetIsToldWithItsOriginAndWithoutSecrets(CapturedOutput output) {
		ClientsRunner
			.withProperties("outbound-http.clients.pay.base-url=https://pay.test:8443/secret-path",
					"outbound-http.clients.pay.read-timeout=2s", "outbound-http.defaults.connect-timeout=1s",
					"outbound-http.clients.pay.default-header.X-Api-Key=secret-key",
					"outbound-http.clients.pay.proxy.host=proxy.test", "outbound-http.clients.pay.proxy.port=3128",
					"outbound-http.clients.pay.proxy.username=secret-user",
					"outbound-http.clients.pay.proxy.password=secret-word")
			.withInitializer(this.leaks)
			.run((context) -> {
			});
		assertThat(report(output)).filteredOn((line) -> line.startsWith("  pay: "))
			.singleElement()
			.asString()
			.startsWith("  pay: base-url https://pay.test:8443 (property source \"map\"), connect-timeout 1s "
					+ "(defaults, property source \"map\"), read-timeout 2s (property source \"map\"), call-timeout off, ");
		assertThat(output.toString()).doesNotContain("secret-");
	}

	@Test
	void whatWillHurtMakesTheBlockAWarning(CapturedOutput output) {
		this.leaks.expectWarning("warn retries-without-budget: Client 'a': ");
		this.runner
			.withPropertyValues("outbound-http.clients.a.retry.max-retries=1", "outbound-http.clients.a.retry.budget=0",
					"outbound-http.clients.a.call-timeout=1m")
			.run((context) -> {
			});
		assertThat(report(output).get(0)).contains(" WARN ", START);
		assertThat(report(output)).filteredOn((line) -> line.startsWith("  warn "))
			.singleElement()
			.asString()
			.endsWith("; change outbound-http.clients.a.retry.budget");
	}

	@Test
	void manyClientsAreNotAllTold(CapturedOutput output) {
		String[] properties = new String[30];
		for (int i = 0; i < properties.length; i++) {
			properties[i] = "outbound-http.clients.c" + i + ".user-agent=c";
		}
		this.runner.withPropertyValues(properties).run((context) -> {
		});
		assertThat(report(output)).filteredOn((line) -> line.contains("connect-timeout")).hasSize(20);
		assertThat(report(output)).contains("  and 11 more, see /actuator/outboundhttp");
	}

	@Test
	void straysAreNamed(CapturedOutput output) {
		this.runner.withBean("legacy", RestTemplate.class).run((context) -> {
		});
		assertThat(report(output)).filteredOn((line) -> line.startsWith("  info strays: "))
			.singleElement()
			.asString()
			.contains("[legacy]");
	}

	@Test
	void withoutTakeoverTheBlockSaysSo(CapturedOutput output) {
		this.runner
			.withPropertyValues("outbound-http.takeover=false",
					"spring.http.clients.imperative.factory=http-components")
			.run((context) -> {
			});
		assertThat(report(output).get(0)).endsWith("Outbound HTTP clients");
	}

	@Test
	void lazyContextsTellToo(CapturedOutput output) {
		this.runner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
			});
		assertThat(report(output).get(0)).contains(START);
	}

	@Test
	void childContextTellsWhatItsBuildersUseAlone(CapturedOutput output) {
		this.runner.run((context) -> {
			try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
				child.setParent(context);
				child.register(OutboundHttpAutoConfiguration.class, OutboundHttpTakeoverAutoConfiguration.class);
				child.refresh();
			}
		});
		assertThat(output.toString().lines().filter((line) -> line.contains(START))).hasSize(2);
		assertThat(output.toString().lines().filter((line) -> line.startsWith("  default: "))).hasSize(1);
	}

}
