package io.outboundhttp.client;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.autoconfigure.OutboundHttpAutoConfiguration;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientClientCredentialsTokenResponseClient;
import org.springframework.security.oauth2.client.http.OAuth2ErrorResponseErrorHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.http.converter.OAuth2AccessTokenResponseHttpMessageConverter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the recipe that puts Spring Security's token client on a managed pool.
 */
class SecurityTokenClientTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withInitializer(this.leaks)
		.withConfiguration(AutoConfigurations.of(OutboundHttpAutoConfiguration.class));

	@Test
	void tokenClientUsesThePoolOfItsClient() {
		try (TestHttpServer server = TestHttpServer.start()) {
			server.handle("/token",
					Handler.json("{\"access_token\":\"t-1\",\"token_type\":\"Bearer\",\"expires_in\":60}"));
			this.runner.withUserConfiguration(TokenClientConfiguration.class)
				.withPropertyValues("outbound-http.clients.login.pool.max-per-route=3")
				.run((context) -> {
					TokenClient client = context.getBean(TokenClient.class);
					ClientRegistration registration = ClientRegistration.withRegistrationId("shop")
						.clientId("shop")
						.clientSecret("secret")
						.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
						.tokenUri(server.url("/token"))
						.build();
					String token = client.client()
						.getTokenResponse(new OAuth2ClientCredentialsGrantRequest(registration))
						.getAccessToken()
						.getTokenValue();
					assertThat(token).isEqualTo("t-1");
					assertThat(server.requests().get(0).bodyAsString()).isEqualTo("grant_type=client_credentials");
					assertThat(context.getBean(OutboundHttpClients.class).openPools())
						.extracting((pool) -> pool.getName())
						.containsExactly("login");
				});
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class TokenClientConfiguration {

		@Bean
		TokenClient tokenClient(OutboundHttpClients clients) {
			RestClientClientCredentialsTokenResponseClient client = new RestClientClientCredentialsTokenResponseClient();
			client.setRestClient(clients.restClientBuilder("login")
				.configureMessageConverters((converters) -> converters.registerDefaults()
					.addCustomConverter(new OAuth2AccessTokenResponseHttpMessageConverter()))
				.defaultStatusHandler(new OAuth2ErrorResponseErrorHandler())
				.build());
			return new TokenClient(client);
		}

	}

	record TokenClient(OAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest> client) {

	}

}
