package io.outboundhttp.autoconfigure;

import java.net.http.HttpClient;
import java.util.Map;
import java.util.stream.Collectors;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.advice.Advisor;
import io.outboundhttp.advice.Stray;
import io.outboundhttp.client.OutboundHttpClients;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.test.web.client.MockRestServiceServer;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the beans that send requests past the managed pools.
 */
class StrayTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ApplicationContextRunner runner = ClientsRunner.create()
		.withInitializer(this.leaks)
		.withPropertyValues("outbound-http.clients.a.user-agent=a");

	private static Map<String, String> strays(Advisor advisor) {
		return advisor.strays().stream().collect(Collectors.toMap(Stray::bean, Stray::message));
	}

	@Test
	void beansWithConnectionsOfTheirOwnAreFound() {
		this.runner.withUserConfiguration(Strays.class).run((context) -> {
			Advisor advisor = context.getBean(Advisor.class);
			Map<String, String> strays = strays(advisor);
			assertThat(strays).containsOnlyKeys("ownPool", "ownHttpClient", "ownRequestFactory", "newRestTemplate",
					"intercepted", "createdRestClient", "jdkFactory", "jdkHttpClient", "webClient");
			assertThat(strays.get("ownPool")).startsWith("It is a pool of its own")
				.contains("outbound-http.clients.<name>.pool.*");
			assertThat(strays.get("newRestTemplate"))
				.startsWith("Its SimpleClientHttpRequestFactory has connections of its own; build it with the injected "
						+ "RestTemplateBuilder");
			assertThat(strays.get("intercepted")).startsWith("Its HttpClient has a pool of its own");
			assertThat(strays.get("createdRestClient"))
				.startsWith("It was not built with the injected RestClient.Builder");
			assertThat(strays.get("webClient")).contains("reactive");
			assertThat(advisor.strays()).filteredOn((stray) -> stray.bean().equals("ownPool"))
				.singleElement()
				.extracting(Stray::type)
				.isEqualTo(PoolingHttpClientConnectionManager.class.getName());
			assertThat(advisor.advice()).filteredOn((advice) -> advice.code().equals("strays"))
				.singleElement()
				.satisfies((advice) -> assertThat(advice.message()).contains("ownPool", "newRestTemplate")
					.doesNotContain("webClient"));
		});
	}

	@Test
	void managedBeansAreNone() {
		this.runner.withUserConfiguration(Managed.class).run((context) -> {
			context.getBean("outboundHttp.a.restClient");
			context.getBean("outboundHttp.a.restTemplate");
			context.getBean("outboundHttp.a.httpClient");
			assertThat(context.getBean(Advisor.class).strays()).isEmpty();
			assertThat(context.getBean(Advisor.class).advice()).noneMatch((advice) -> advice.code().equals("strays"));
		});
	}

	@Test
	void requestFactoryOfBootIsAStrayWithoutTakeover() {
		this.runner.withPropertyValues("outbound-http.takeover=false").run((context) -> {
			assertThat(context.getBean(Advisor.class).strays()).as("nobody has asked for it").isEmpty();
			context.getBean("clientHttpRequestFactory");
			assertThat(strays(context.getBean(Advisor.class))).containsOnlyKeys("clientHttpRequestFactory");
		});
	}

	@Test
	void requestFactoryOfBootIsManaged() {
		this.runner.run((context) -> {
			context.getBean("clientHttpRequestFactory");
			assertThat(context.getBean(Advisor.class).strays()).isEmpty();
		});
	}

	@Test
	@DisplayName("clients that a mock server is bound to have no connections")
	void mockedClientsAreNone() {
		this.runner.withUserConfiguration(Mocked.class)
			.run((context) -> assertThat(context.getBean(Advisor.class).strays()).isEmpty());
	}

	@Test
	void beansThatDoNotExistYetAreNotCreated() {
		this.runner.withUserConfiguration(NotYet.class)
			.run((context) -> assertThat(context.getBean(Advisor.class).strays()).isEmpty());
	}

	@Configuration(proxyBeanMethods = false)
	static class Strays {

		@Bean
		PoolingHttpClientConnectionManager ownPool() {
			return new PoolingHttpClientConnectionManager();
		}

		@Bean
		CloseableHttpClient ownHttpClient() {
			return HttpClients.createDefault();
		}

		@Bean
		HttpComponentsClientHttpRequestFactory ownRequestFactory() {
			return new HttpComponentsClientHttpRequestFactory();
		}

		@Bean
		RestTemplate newRestTemplate() {
			return new RestTemplate();
		}

		@Bean
		RestTemplate intercepted() {
			RestTemplate restTemplate = new RestTemplate(new HttpComponentsClientHttpRequestFactory());
			restTemplate.getInterceptors().add((request, body, execution) -> execution.execute(request, body));
			return restTemplate;
		}

		@Bean
		RestClient createdRestClient() {
			return RestClient.create();
		}

		@Bean
		ClientHttpRequestFactory jdkFactory() {
			return new JdkClientHttpRequestFactory();
		}

		@Bean
		HttpClient jdkHttpClient() {
			return HttpClient.newHttpClient();
		}

		@Bean
		WebClient webClient() {
			return WebClient.create();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Managed {

		@Bean
		RestClient built(RestClient.Builder builder) {
			return builder.build();
		}

		@Bean
		RestTemplate builtRestTemplate(RestTemplateBuilder builder) {
			return builder.additionalInterceptors((request, body, execution) -> execution.execute(request, body))
				.build();
		}

		@Bean
		RestTemplate onManagedFactory(OutboundHttpClients clients) {
			return new RestTemplate(clients.requestFactory("a"));
		}

		@Bean
		ClientHttpRequestFactory fromManagedBuilder(ClientHttpRequestFactoryBuilder<?> builder) {
			return builder.build(HttpClientSettings.defaults());
		}

		@Bean
		org.apache.hc.client5.http.classic.HttpClient alias(OutboundHttpClients clients) {
			return clients.httpClient("a");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Mocked {

		@Bean
		RestClient mockedRestClient(RestClient.Builder builder) {
			MockRestServiceServer.bindTo(builder).build();
			return builder.build();
		}

		@Bean
		RestTemplate mockedRestTemplate() {
			RestTemplate restTemplate = new RestTemplate();
			MockRestServiceServer.bindTo(restTemplate).build();
			return restTemplate;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NotYet {

		@Bean
		@Lazy
		RestTemplate lazy() {
			throw new IllegalStateException("nobody needs it");
		}

		@Bean
		@Scope("prototype")
		ClientHttpRequestFactory prototype() {
			return new SimpleClientHttpRequestFactory();
		}

	}

}
