package io.outboundhttp.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.outboundhttp.CallPhase;
import io.outboundhttp.CallTimeoutException;
import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.PoolLeakExtension;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for {@link CallDeadline}. Time stands still for the clock's thread too.
 */
@org.junit.jupiter.api.Timeout(30)
class CallDeadlineTests {

	private static final Duration LIMIT = Duration.ofSeconds(2);

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private final ConnectionPools pools = this.leaks.watch(PoolFixture.pools(this.time));

	private final ConnectionPool pool = this.pools.open("a", PoolFixture.settings(),
			new PoolingHttpClientConnectionManager());

	private final ManagedConnectionManager manager = this.pools.connectionManager(() -> this.pool);

	/** Kept, or the leases are found to be abandoned. */
	private final List<LeasedEndpoint> endpoints = new ArrayList<>();

	private CallDeadline deadline() {
		return new CallDeadline(this.pool, "GET /orders", LIMIT);
	}

	private TrackedLease lease() throws Exception {
		LeasedEndpoint endpoint = (LeasedEndpoint) this.manager
			.lease("id", new HttpRoute(new HttpHost("http", "127.0.0.1", 1)), Timeout.ofSeconds(10), null)
			.get(Timeout.ofSeconds(10));
		this.endpoints.add(endpoint);
		return endpoint.lease();
	}

	private long advanceAndLook(Duration duration) {
		return this.pools.endOverdue(this.time.advance(duration));
	}

	@Test
	void leaseIsTakenOnceTheTimeIsUp() throws Exception {
		CallDeadline deadline = deadline();
		TrackedLease lease = lease();
		deadline.leased(lease);
		assertThat(advanceAndLook(LIMIT.minusNanos(1))).isEqualTo(1);
		assertThat(lease.isTaken()).isFalse();
		assertThat(deadline.isPassed()).isFalse();
		assertThat(advanceAndLook(Duration.ofNanos(1))).isEqualTo(Long.MAX_VALUE);
		assertThat(lease.isTakenFor(TrackedLease.TakeReason.CALL_TIMEOUT)).isTrue();
		assertThat(deadline.isPassed()).isTrue();
		assertThat(this.pool.snapshot().leased()).isZero();
	}

	@Test
	void leaseThatComesAfterTheTimeIsUpIsTakenAtOnce() throws Exception {
		CallDeadline deadline = deadline();
		advanceAndLook(LIMIT);
		TrackedLease lease = lease();
		deadline.leased(lease);
		assertThat(lease.isTakenFor(TrackedLease.TakeReason.CALL_TIMEOUT)).isTrue();
	}

	@Test
	void theLatestLeaseOfSeveralIsTaken() throws Exception {
		CallDeadline deadline = deadline();
		TrackedLease first = lease();
		deadline.leased(first);
		first.release(null, null);
		deadline.leaseEnded(first);
		TrackedLease second = lease();
		deadline.leased(second);
		advanceAndLook(LIMIT);
		assertThat(first.isTaken()).isFalse();
		assertThat(second.isTaken()).isTrue();
	}

	@Test
	void callThatIsOverIsForgotten() {
		CallDeadline deadline = deadline();
		assertThat(this.pools.endOverdue(this.time.nanos())).isEqualTo(LIMIT.toNanos());
		deadline.end();
		assertThat(this.pools.endOverdue(this.time.nanos())).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void callIsOverWithItsLeaseOnceItsResponseIsHandedOn() throws Exception {
		CallDeadline deadline = deadline();
		TrackedLease lease = lease();
		deadline.leased(lease);
		deadline.handOn();
		assertThat(this.pools.endOverdue(this.time.nanos())).isEqualTo(LIMIT.toNanos());
		lease.release(null, null);
		deadline.leaseEnded(lease);
		assertThat(this.pools.endOverdue(this.time.nanos())).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void callWhoseLeaseHasEndedBeforeItIsHandedOnIsOver() throws Exception {
		CallDeadline deadline = deadline();
		TrackedLease lease = lease();
		deadline.leased(lease);
		lease.release(null, null);
		deadline.leaseEnded(lease);
		assertThat(this.pools.endOverdue(this.time.nanos())).as("a redirect may follow").isEqualTo(LIMIT.toNanos());
		deadline.handOn();
		assertThat(this.pools.endOverdue(this.time.nanos())).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void callWithoutALeaseIsOverWhenItIsHandedOn() {
		deadline().handOn();
		assertThat(this.pools.endOverdue(this.time.nanos())).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void responseIsForgottenASecondAfterTheTimeIsUpAndNotBefore() throws Exception {
		this.leaks.allowWarning("a connection was held for too long");
		CallDeadline deadline = deadline();
		deadline.leased(lease());
		deadline.handOn();
		assertThat(advanceAndLook(LIMIT)).isEqualTo(Duration.ofSeconds(1).toNanos());
		assertThat(advanceAndLook(Duration.ofMillis(1))).as("another call is looked at")
			.isEqualTo(Duration.ofMillis(999).toNanos());
		assertThat(this.pool.snapshot().leaks().suspectedTotal()).isZero();
		assertThat(advanceAndLook(Duration.ofMillis(999))).isEqualTo(Long.MAX_VALUE);
		assertThat(this.pool.snapshot().leaks().suspectedTotal()).isEqualTo(1);
	}

	@Test
	void responseWhoseEndIsNoticedIsNotForgotten() throws Exception {
		CallDeadline deadline = deadline();
		deadline.leased(lease());
		deadline.handOn();
		advanceAndLook(LIMIT);
		deadline.noticed();
		assertThat(advanceAndLook(Duration.ofSeconds(1))).isEqualTo(Long.MAX_VALUE);
		assertThat(this.pool.snapshot().leaks().suspectedTotal()).isZero();
	}

	@Test
	void exceptionTellsThePhaseAndTheTimeOfEach() {
		CallDeadline deadline = deadline();
		deadline.enter(CallPhase.ACQUIRE);
		this.time.advance(Duration.ofMillis(10));
		deadline.enter(CallPhase.HEAD);
		this.time.advance(Duration.ofMillis(500));
		deadline.enter(CallPhase.HEAD);
		this.time.advance(Duration.ofMillis(500));
		deadline.enter(CallPhase.PAUSE);
		this.time.advance(Duration.ofMillis(200));
		deadline.enter(CallPhase.ACQUIRE);
		deadline.enter(CallPhase.HEAD);
		this.time.advance(Duration.ofMillis(790));
		IllegalStateException cause = new IllegalStateException();
		CallTimeoutException exception = deadline.exceeded(cause);
		assertThat(exception.getPhase()).isEqualTo(CallPhase.HEAD);
		assertThat(exception.getTimes()).containsOnly(entry(CallPhase.ACQUIRE, Duration.ofMillis(10)),
				entry(CallPhase.HEAD, Duration.ofMillis(1790)), entry(CallPhase.PAUSE, Duration.ofMillis(200)));
		assertThat(exception).hasCause(cause)
			.hasMessage("Client 'a': GET /orders was not over within 2000 ms; it was in phase head "
					+ "(acquire 10 ms, head 1790 ms, pause 200 ms). Look at the slow phase, or change "
					+ "outbound-http.clients.a.call-timeout");
	}

	@Test
	void callThatIsToldTwiceCountsOnce() {
		CallDeadline deadline = deadline();
		deadline.enter(CallPhase.BODY);
		deadline.exceeded(null);
		deadline.exceeded(null);
		assertThat(this.pool.snapshot().calls().timeouts()).containsEntry(CallPhase.BODY, 1L);
	}

}
