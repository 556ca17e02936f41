package io.outboundhttp.autoconfigure;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.ClientWarmUp;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Warms the clients up once the application context is complete, before the application
 * runs its runners and reports that it is ready.
 */
final class WarmUpListener implements ApplicationListener<ContextRefreshedEvent> {

	private final AtomicBoolean done = new AtomicBoolean();

	private final ApplicationContext context;

	private final ConfiguredClients clients;

	private final Supplier<ClientWarmUp> warmUp;

	/**
	 * Create a listener.
	 * @param context the application context of the clients
	 * @param clients what the clients are
	 * @param warmUp warms them up; asked if there is something to do
	 */
	WarmUpListener(ApplicationContext context, ConfiguredClients clients, Supplier<ClientWarmUp> warmUp) {
		this.context = context;
		this.clients = clients;
		this.warmUp = warmUp;
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		boolean wanted = this.clients.names()
			.stream()
			.anyMatch((client) -> this.clients.get(client).require(ClientSetting.POOL_MIN_IDLE) > 0);
		if (wanted && event.getApplicationContext() == this.context && this.done.compareAndSet(false, true)) {
			this.warmUp.get().warmUp();
		}
	}

}
