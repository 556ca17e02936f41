package io.outboundhttp.advice;

import java.util.List;
import java.util.function.Consumer;

import io.outboundhttp.advice.Advice.Level;
import io.outboundhttp.client.ClientSetting;

/**
 * Looks at what is not of one client.
 */
final class ApplicationLints {

	private ApplicationLints() {
	}

	static void check(List<ClientView> clients, List<Stray> strays, Consumer<Advice> advice) {
		List<String> unbounded = clients.stream()
			.filter((client) -> client.get(ClientSetting.MAX_RESPONSE_SIZE).toBytes() == 0)
			.map(ClientView::name)
			.toList();
		if (!unbounded.isEmpty()) {
			advice.accept(new Advice(Level.INFO, null, "unbounded-body",
					"Nothing bounds the bodies of responses of %s: one that is read into memory may fill it"
						.formatted((unbounded.size() == clients.size()) ? "any client" : "clients " + unbounded),
					List.of("outbound-http.defaults." + ClientSetting.MAX_RESPONSE_SIZE.key()), null));
		}
		List<String> beans = strays.stream().filter(Stray::ofConcern).map(Stray::bean).toList();
		if (!beans.isEmpty()) {
			advice.accept(new Advice(Level.INFO, null, "strays",
					"Beans that open connections past the managed pools: %s; each says what to do among the strays"
						.formatted(beans),
					List.of(), null));
		}
	}

}
