package io.outboundhttp.client;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link BuilderChain}. They pin that Spring Boot's builder chains its
 * callbacks with {@link java.util.function.Consumer#andThen}, one link per callback.
 */
class BuilderChainTests {

	private final List<Boolean> extended = new ArrayList<>();

	@Test
	void onlyCallbackOfEachKindIsLast() {
		build(observed(ClientHttpRequestFactoryBuilder.httpComponents()));
		assertThat(this.extended).containsExactly(false, false, false, false, false);
	}

	@Test
	void callbacksThatRunBeforeDoNotMatter() {
		build(observed(observed(more(ClientHttpRequestFactoryBuilder.httpComponents()))));
		assertThat(this.extended).containsExactly(true, false, true, false, true, false, true, false, true, false);
	}

	@Test
	void callbackWithAnotherBehindItIsExtended() {
		build(more(observed(ClientHttpRequestFactoryBuilder.httpComponents())));
		assertThat(this.extended).containsExactly(true, true, true, true, true);
	}

	@Test
	void callbackOfOneKindDoesNotExtendTheOthers() {
		build(observed(ClientHttpRequestFactoryBuilder.httpComponents()).withSocketConfigCustomizer((socket) -> {
		}));
		assertThat(this.extended).containsExactly(true, false, false, false, false);
	}

	@Test
	void callbackAddedThroughACustomizerIsExtended() {
		build(observed(ClientHttpRequestFactoryBuilder.httpComponents())
			.withCustomizer((factory) -> factory.setConnectionRequestTimeout(1)));
		assertThat(this.extended).containsExactly(false, false, false, false, false);
		this.extended.clear();
		build(observed(ClientHttpRequestFactoryBuilder.httpComponents())
			.with((builder) -> builder.withConnectionManagerCustomizer((manager) -> manager.setMaxConnTotal(3))));
		assertThat(this.extended).containsExactly(false, false, true, false, false);
	}

	private HttpComponentsClientHttpRequestFactoryBuilder observed(
			HttpComponentsClientHttpRequestFactoryBuilder builder) {
		return builder.withSocketConfigCustomizer((socket) -> observe())
			.withConnectionConfigCustomizer((connection) -> observe())
			.withConnectionManagerCustomizer((manager) -> observe())
			.withDefaultRequestConfigCustomizer((request) -> observe())
			.withHttpClientCustomizer((client) -> observe());
	}

	private void observe() {
		this.extended.add(BuilderChain.isExtended());
	}

	private static HttpComponentsClientHttpRequestFactoryBuilder more(
			HttpComponentsClientHttpRequestFactoryBuilder builder) {
		return builder.withSocketConfigCustomizer((socket) -> {
		}).withConnectionConfigCustomizer((connection) -> {
		}).withConnectionManagerCustomizer((manager) -> {
		}).withDefaultRequestConfigCustomizer((request) -> {
		}).withHttpClientCustomizer((client) -> {
		});
	}

	private static void build(HttpComponentsClientHttpRequestFactoryBuilder builder) {
		builder.build(HttpClientSettings.defaults());
	}

}
