package io.outboundhttp.sample.demo;

import java.time.Duration;
import java.util.List;

import io.outboundhttp.sample.order.OrderDraft;
import io.outboundhttp.sample.order.OrderService;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Places orders at a steady pace, in this process, so that nothing but the outbound
 * clients is loaded. One run at a time; it stops before anything else when the
 * application does.
 */
@Component
class LoadDriver implements SmartLifecycle {

	private static final OrderDraft DRAFT = new OrderDraft("load", "DE",
			List.of(new OrderDraft.Item("tea-01", 2), new OrderDraft.Item("pot-01", 1)));

	private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

	private final OrderService orderService;

	private final LoadTargets targets;

	private boolean started;

	private @Nullable LoadRun run;

	LoadDriver(OrderService orderService, LoadTargets targets) {
		this.orderService = orderService;
		this.targets = targets;
	}

	/**
	 * Start a run.
	 * @param plan how much, and for how long
	 * @return its first report
	 * @throws LoadRefusedException if one is running, or must not
	 */
	synchronized LoadReport run(LoadPlan plan) {
		if (!this.started) {
			throw new LoadRefusedException("The application is stopping");
		}
		if (this.run != null && this.run.isRunning()) {
			throw new LoadRefusedException("A run is going on; stop it with DELETE /demo/load");
		}
		this.targets.requireLoopback();
		LoadRun run = LoadRun.start(plan, () -> this.orderService.place(DRAFT));
		this.run = run;
		return run.report();
	}

	synchronized LoadReport report() {
		return (this.run != null) ? this.run.report() : LoadReport.NONE;
	}

	/**
	 * Start no more orders.
	 * @return the report, in which some may still be on their way
	 */
	synchronized LoadReport cancel() {
		if (this.run != null && this.run.isRunning()) {
			this.run.stop();
		}
		return report();
	}

	@Override
	public synchronized void start() {
		this.started = true;
	}

	@Override
	public void stop() {
		LoadRun run;
		synchronized (this) {
			this.started = false;
			run = this.run;
		}
		if (run != null && run.isRunning()) {
			run.stop();
			run.awaitEnd(STOP_TIMEOUT);
		}
	}

	@Override
	public synchronized boolean isRunning() {
		return this.started;
	}

}
