package io.outboundhttp.benchmarks.lease;

import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.outboundhttp.metrics.PoolMetrics;
import io.outboundhttp.metrics.RouteTag;
import io.outboundhttp.pool.PoolListener;
import io.outboundhttp.pool.PoolSettings;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures a lease of an open connection and its release, without any request in between.
 * What ours costs is its difference to the strict pool of HttpClient. Connections lead
 * nowhere, so that there can be ten thousand; nobody has to wait for one, but on the
 * route of those who wait for ever.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, timeUnit = TimeUnit.MILLISECONDS, time = 500)
public class LeaseCostBenchmark {

	/** What is measured. */
	@Param
	public Subject subject = Subject.MANAGED;

	/** How many routes the threads use, in an order of their own. */
	@Param("1")
	public int routes = 1;

	/** How many callers wait for a connection of another route meanwhile. */
	@Param("0")
	public int waiters;

	private @Nullable LeasedRoutes leased;

	private @Nullable DeadRoute dead;

	/**
	 * Open a connection of each route and leave it idle.
	 * @throws Exception if that fails
	 */
	@Setup
	public void open() throws Exception {
		LeasedRoutes leased = new LeasedRoutes(this.subject.open(LeasedRoutes.manager(this.routes)), this.routes);
		this.leased = leased;
		leased.connectAll();
		this.dead = new DeadRoute(leased.connections().manager(), this.waiters);
	}

	/**
	 * Lease a connection and release it.
	 * @param picker picks the route
	 * @return what was leased
	 * @throws Exception if that fails
	 */
	@Benchmark
	public ConnectionEndpoint leaseAndRelease(Picker picker) throws Exception {
		LeasedRoutes leased = Objects.requireNonNull(this.leased);
		int route = picker.next(this.routes);
		ConnectionEndpoint endpoint = leased.lease(route);
		if (!endpoint.isConnected()) {
			// others have all that there are
			leased.connect(endpoint);
		}
		leased.release(endpoint);
		return endpoint;
	}

	/**
	 * Close everything.
	 * @throws InterruptedException if the thread is interrupted
	 */
	@TearDown
	public void close() throws InterruptedException {
		Objects.requireNonNull(this.dead).close();
		Connections connections = Objects.requireNonNull(this.leased).connections();
		connections.verifyUnused();
		connections.close();
	}

	/**
	 * Picks routes, each as often as the others.
	 */
	@State(Scope.Thread)
	public static class Picker {

		private static final int MULTIPLIER = 1_664_525;

		private static final int INCREMENT = 1_013_904_223;

		private int state = ThreadLocalRandom.current().nextInt();

		int next(int routes) {
			this.state = this.state * MULTIPLIER + INCREMENT;
			return (int) ((Integer.toUnsignedLong(this.state) * routes) >>> Integer.SIZE);
		}

	}

	/**
	 * What gives the connection.
	 */
	public enum Subject {

		/** Ours, without meters. */
		MANAGED("outbound-http") {

			@Override
			Connections open(PoolingHttpClientConnectionManager manager) {
				return managed(manager);
			}

		},

		/** Ours, with meters in a registry. */
		METERED("outbound-http, meters") {

			@Override
			Connections open(PoolingHttpClientConnectionManager manager) {
				return metered(manager, RouteTag.OFF);
			}

		},

		/** Ours, with meters that carry the route. */
		METERED_BY_ROUTE("outbound-http, meters by route") {

			@Override
			Connections open(PoolingHttpClientConnectionManager manager) {
				return metered(manager, new RouteTag(true, RouteTag.OFF.max()));
			}

		},

		/** HttpClient's default. */
		STRICT("HttpClient, strict") {

			@Override
			Connections open(PoolingHttpClientConnectionManager manager) {
				return Connections.plain(manager);
			}

		};

		private final String description;

		Subject(String description) {
			this.description = description;
		}

		abstract Connections open(PoolingHttpClientConnectionManager manager);

		/** Connections live for ever and are not checked, as those of the other. */
		private static Connections managed(PoolingHttpClientConnectionManager manager, PoolListener... listeners) {
			return Connections.managed(PoolSettings.builder().maxPending(Integer.MAX_VALUE), manager, listeners);
		}

		private static Connections metered(PoolingHttpClientConnectionManager manager, RouteTag routeTag) {
			PoolMetrics metrics = new PoolMetrics((pool) -> null, routeTag);
			metrics.bindTo(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
			return managed(manager, metrics);
		}

		@Override
		public String toString() {
			// JMH takes it for the name of the parameter
			return name();
		}

		String description() {
			return this.description;
		}

	}

}
