package io.outboundhttp.benchmarks.lease;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
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

import io.outboundhttp.benchmarks.load.ServerProcess;
import io.outboundhttp.metrics.PoolMetrics;
import io.outboundhttp.metrics.RouteTag;

/**
 * Measures a lease of an open connection and its release, without any request in between,
 * on one thread. What ours costs is its difference to the strict pool of HttpClient.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class LeaseCostBenchmark {

	private static final int MAX_CONNECTIONS = 20;

	private static final Timeout TIMEOUT = Timeout.ofSeconds(30);

	private static final TimeValue KEEP_ALIVE = TimeValue.ofMinutes(3);

	/** What is measured. */
	@Param
	public Subject subject = Subject.MANAGED;

	private @Nullable Fixture fixture;

	/**
	 * Open a connection and leave it idle.
	 * @throws Exception if that fails
	 */
	@Setup
	public void open() throws Exception {
		ServerProcess server = ServerProcess.start("own");
		Connections connections = this.subject.open();
		Fixture fixture = new Fixture(server, connections, new HttpRoute(server.host()));
		this.fixture = fixture;
		ConnectionEndpoint endpoint = fixture.lease();
		connections.manager().connect(endpoint, TIMEOUT, HttpClientContext.create());
		fixture.release(endpoint);
	}

	/**
	 * Lease the connection and release it.
	 * @return what was leased
	 * @throws Exception if that fails
	 */
	@Benchmark
	public ConnectionEndpoint leaseAndRelease() throws Exception {
		Fixture fixture = Objects.requireNonNull(this.fixture);
		ConnectionEndpoint endpoint = fixture.lease();
		if (!endpoint.isConnected()) {
			throw new IllegalStateException("the connection was closed");
		}
		fixture.release(endpoint);
		return endpoint;
	}

	/**
	 * Close everything.
	 * @throws IOException if files of the server cannot be deleted
	 */
	@TearDown
	public void close() throws IOException {
		Fixture fixture = Objects.requireNonNull(this.fixture);
		fixture.connections.verifyUnused();
		fixture.connections.close();
		fixture.server.close();
	}

	/**
	 * What gives the connection.
	 */
	public enum Subject {

		/** Ours, without meters. */
		MANAGED {

			@Override
			Connections open() {
				return Connections.managed(pool());
			}

		},

		/** Ours, with meters in a registry. */
		METERED {

			@Override
			Connections open() {
				return metered(RouteTag.OFF);
			}

		},

		/** Ours, with meters that carry the route. */
		METERED_BY_ROUTE {

			@Override
			Connections open() {
				return metered(new RouteTag(true, RouteTag.OFF.max()));
			}

		},

		/** HttpClient's default. */
		STRICT {

			@Override
			Connections open() {
				return Connections.plain(pool());
			}

		};

		abstract Connections open();

		private static Connections metered(RouteTag routeTag) {
			PoolMetrics metrics = new PoolMetrics((pool) -> null, routeTag);
			metrics.bindTo(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
			return Connections.managed(pool(), metrics);
		}

		private static PoolingHttpClientConnectionManager pool() {
			return Contender.pool(PoolConcurrencyPolicy.STRICT, MAX_CONNECTIONS);
		}

	}

	/**
	 * What a trial works on.
	 */
	private record Fixture(ServerProcess server, Connections connections, HttpRoute route) {

		ConnectionEndpoint lease() throws InterruptedException, ExecutionException, TimeoutException {
			return connections().manager().lease("benchmark", route(), TIMEOUT, null).get(TIMEOUT);
		}

		void release(ConnectionEndpoint endpoint) {
			connections().manager().release(endpoint, null, KEEP_ALIVE);
		}

	}

}
