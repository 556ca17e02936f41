package io.outboundhttp.pool.admission;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;

import io.outboundhttp.pool.admission.Waiter.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link Admission}.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class AdmissionTests {

	private static final long FOR_EVER = TimeUnit.HOURS.toNanos(1);

	private final AtomicLong time = new AtomicLong(1000);

	/** Runs once, at the next reading of the clock. */
	private @Nullable Runnable atNextReading;

	private final List<FakeConnection> disposed = new ArrayList<>();

	private Referee referee = new Referee(this.time::get, (connection, reason) -> this.disposed.add(connection));

	private Admission<String, FakeConnection> admission = admission(2, 3);

	@AfterEach
	void noPromiseWasBroken() {
		assertThat(this.referee.violations()).isEmpty();
	}

	private Admission<String, FakeConnection> admission(int maxPerRoute, int maxTotal) {
		return admission(maxPerRoute, maxTotal, -1, (route) -> -1);
	}

	private Admission<String, FakeConnection> admission(int maxPerRoute, int maxTotal, int maxPending,
			ToIntFunction<String> maxOfRoute) {
		this.referee.limits(Math.max(maxPerRoute, 2), maxTotal);
		return new Admission<>(maxPerRoute, maxTotal, maxPending, maxOfRoute, this.referee, () -> {
			Runnable hook = this.atNextReading;
			this.atNextReading = null;
			if (hook != null) {
				hook.run();
			}
			return this.time.get();
		});
	}

	private Slot<FakeConnection> lease(String route) throws InterruptedException {
		return lease(route, null);
	}

	private Slot<FakeConnection> lease(String route, @Nullable Object state) throws InterruptedException {
		Slot<FakeConnection> slot = (state == null) ? this.admission.tryTake(route) : null;
		return (slot != null) ? enter(slot, route, state) : take(this.admission.enqueue(route, state), route, state);
	}

	private Slot<FakeConnection> take(Waiter<FakeConnection> waiter, String route, @Nullable Object state)
			throws InterruptedException {
		Slot<FakeConnection> slot = waiter.await(0);
		assertThat(slot).as("slot for " + route).isNotNull();
		assertThat(waiter.status()).isEqualTo(Status.TAKEN);
		return enter(slot, route, state);
	}

	private Slot<FakeConnection> enter(Slot<FakeConnection> slot, String route, @Nullable Object state) {
		this.referee.enter(slot, route, state);
		return slot;
	}

	private FakeConnection giveBack(Slot<FakeConnection> slot) {
		return giveBack(slot, null);
	}

	private FakeConnection giveBack(Slot<FakeConnection> slot, @Nullable Object state) {
		FakeConnection connection = connection(slot);
		this.time.incrementAndGet();
		this.referee.leave(slot, state);
		this.admission.release(slot, true);
		return connection;
	}

	private void discard(Slot<FakeConnection> slot) {
		this.referee.leave(slot, null);
		this.admission.release(slot, false);
	}

	private static FakeConnection connection(Slot<FakeConnection> slot) {
		FakeConnection connection = slot.getItem();
		assertThat(connection).isNotNull();
		return connection;
	}

	private Waiter<FakeConnection> enqueue(String route) {
		return this.admission.enqueue(route, null);
	}

	private void assertWaits(Waiter<FakeConnection> waiter) {
		assertThat(waiter.status()).isEqualTo(Status.WAITING);
	}

	private void assertAssigned(Waiter<FakeConnection> waiter) {
		assertThat(waiter.status()).isEqualTo(Status.ASSIGNED);
	}

	// Limits

	@Test
	void limitOfARouteHolds() throws Exception {
		lease("a");
		Slot<FakeConnection> second = lease("a");
		Waiter<FakeConnection> third = enqueue("a");
		assertWaits(third);
		giveBack(second);
		assertAssigned(third);
	}

	@Test
	void limitInTotalHoldsOverAllRoutes() throws Exception {
		lease("a");
		lease("b");
		Slot<FakeConnection> third = lease("c");
		Waiter<FakeConnection> fourth = enqueue("d");
		assertWaits(fourth);
		discard(third);
		assertAssigned(fourth);
	}

	@Test
	void routeMayHaveALimitOfItsOwn() throws Exception {
		this.admission = admission(2, 9, -1, (route) -> route.equals("a") ? 1 : -1);
		lease("a");
		assertWaits(enqueue("a"));
		lease("b");
		lease("b");
		assertWaits(enqueue("b"));
		assertThat(this.admission.getMaxPerRoute("a")).isEqualTo(1);
		assertThat(this.admission.getMaxPerRoute("unknown")).isEqualTo(2);
		assertThat(this.admission.read("a").max()).isEqualTo(1);
		assertThat(this.admission.read("b").max()).isEqualTo(2);
		assertThat(this.admission.read("unknown").max()).isEqualTo(2);
	}

	@Test
	void limitOfZeroAdmitsNobodyUntilItRises() {
		this.admission.setMaxPerRoute("a", 0);
		Waiter<FakeConnection> waiter = enqueue("a");
		assertWaits(waiter);
		assertAssigned(enqueue("b"));
		this.admission.setMaxPerRoute("a", 1);
		assertAssigned(waiter);
	}

	@Test
	void limitsCanBeReadAndSet() {
		assertThat(this.admission.getMaxPerRoute()).isEqualTo(2);
		assertThat(this.admission.getMaxTotal()).isEqualTo(3);
		this.admission.setMaxPerRoute(4);
		this.admission.setMaxTotal(5);
		this.admission.setMaxPerRoute("a", 6);
		assertThat(this.admission.getMaxPerRoute()).isEqualTo(4);
		assertThat(this.admission.getMaxTotal()).isEqualTo(5);
		assertThat(this.admission.getMaxPerRoute("a")).isEqualTo(6);
		assertThat(this.admission.getMaxPerRoute("b")).isEqualTo(4);
	}

	@Test
	void limitsOutOfRangeAreRejected() {
		assertThatIllegalArgumentException().isThrownBy(() -> admission(0, 1))
			.withMessage("maxPerRoute: 0 (expected: > 0)");
		assertThatIllegalArgumentException().isThrownBy(() -> admission(1, 0))
			.withMessage("maxTotal: 0 (expected: > 0)");
		assertThatIllegalArgumentException().isThrownBy(() -> this.admission.setMaxPerRoute(-1))
			.withMessage("maxPerRoute: -1 (expected: > 0)");
		assertThatIllegalArgumentException().isThrownBy(() -> this.admission.setMaxTotal(0))
			.withMessage("maxTotal: 0 (expected: > 0)");
		assertThatIllegalArgumentException().isThrownBy(() -> this.admission.setMaxPerRoute("a", -1))
			.withMessage("max: -1 (expected: >= 0)");
		assertThat(this.admission.getMaxPerRoute()).isEqualTo(2);
		assertThat(this.admission.getMaxTotal()).isEqualTo(3);
	}

	@Test
	void raisedLimitsServeWaitersAtOnce() throws Exception {
		lease("a");
		lease("a");
		lease("b");
		Waiter<FakeConnection> b = enqueue("b");
		Waiter<FakeConnection> firstA = enqueue("a");
		Waiter<FakeConnection> secondA = enqueue("a");
		this.referee.limits(4, 6);
		this.admission.setMaxTotal(6);
		assertAssigned(b);
		assertWaits(firstA);
		this.admission.setMaxPerRoute(3);
		assertAssigned(firstA);
		assertWaits(secondA);
		this.admission.setMaxPerRoute("a", 4);
		assertAssigned(secondA);
	}

	@Test
	void loweredLimitInTotalDisposesOfIdleConnectionsNowAndOfLeasedOnesWhenTheyComeBack() throws Exception {
		Slot<FakeConnection> leased = lease("a");
		Slot<FakeConnection> other = lease("b");
		giveBack(lease("a"));
		this.admission.setMaxTotal(1);
		assertThat(this.referee.live()).isEqualTo(2);
		assertThat(giveBack(leased).disposed()).isEqualTo(DisposeReason.EXCESS);
		assertThat(giveBack(other).disposed()).isNull();
		assertThat(this.admission.read()).isEqualTo(new Occupancy(0, 1, 0, 0, 1));
	}

	@Test
	void loweredLimitOfARouteDisposesOfIdleConnectionsNowAndOfLeasedOnesWhenTheyComeBack() throws Exception {
		Slot<FakeConnection> first = lease("a");
		Slot<FakeConnection> second = lease("a");
		Slot<FakeConnection> other = lease("b");
		this.admission.setMaxPerRoute("a", 1);
		Waiter<FakeConnection> waiter = enqueue("a");
		FakeConnection firstConnection = giveBack(first);
		assertThat(firstConnection.disposed()).isEqualTo(DisposeReason.EXCESS);
		assertWaits(waiter);
		FakeConnection secondConnection = giveBack(second);
		assertAssigned(waiter);
		assertThat(connection(take(waiter, "a", null))).isSameAs(secondConnection);
		assertThat(giveBack(other).disposed()).isNull();
	}

	@Test
	void loweredLimitAppliesToConnectionsWithAState() throws Exception {
		Slot<FakeConnection> first = lease("a", "alice");
		Slot<FakeConnection> second = lease("a", "alice");
		FakeConnection idle = giveBack(first, "alice");
		this.admission.setMaxPerRoute(1);
		assertThat(idle.disposed()).isEqualTo(DisposeReason.EXCESS);
		assertThat(giveBack(second, "alice").disposed()).isNull();
	}

	// Reuse

	@Test
	void connectionThatCameBackLastIsHandedOutFirst() throws Exception {
		Slot<FakeConnection> first = lease("a");
		Slot<FakeConnection> second = lease("a");
		FakeConnection early = giveBack(second);
		FakeConnection late = giveBack(first);
		assertThat(connection(lease("a"))).isSameAs(late);
		assertThat(connection(lease("a"))).isSameAs(early);
	}

	@Test
	void tryTakeGivesIdleConnectionsOnly() throws Exception {
		assertThat(this.admission.tryTake("a")).isNull();
		FakeConnection connection = giveBack(lease("a"));
		assertThat(this.admission.tryTake("b")).isNull();
		Slot<FakeConnection> taken = this.admission.tryTake("a");
		assertThat(taken).isNotNull();
		assertThat(taken.getItem()).isSameAs(connection);
		assertThat(this.admission.tryTake("a")).isNull();
	}

	@Test
	void tryTakeDoesNotOvertakeAWaiter() throws Exception {
		Slot<FakeConnection> first = lease("a");
		lease("a");
		Waiter<FakeConnection> waiter = enqueue("a");
		giveBack(first);
		assertThat(this.admission.tryTake("a")).isNull();
		assertAssigned(waiter);
	}

	@Test
	void tryTakeDoesNotOvertakeAWaiterOfAnotherRouteThatNeedsRoomInTotal() throws Exception {
		lease("a");
		lease("a");
		Slot<FakeConnection> b = lease("b");
		Waiter<FakeConnection> waiter = enqueue("c");
		giveBack(b);
		assertThat(this.admission.tryTake("b")).isNull();
		take(waiter, "c", null);
		assertThat(this.disposed).hasSize(1);
	}

	@Test
	void tryTakeOldestTakesWhatCameBackFirst() throws Exception {
		Slot<FakeConnection> first = lease("a");
		Slot<FakeConnection> second = lease("a");
		FakeConnection early = giveBack(first);
		FakeConnection late = giveBack(second);
		assertThat(this.admission.tryTakeOldest("b")).isNull();
		assertThat(this.admission.tryTakeOldest("a")).extracting(Slot::getItem).isSameAs(early);
		assertThat(this.admission.tryTake("a")).extracting(Slot::getItem).isSameAs(late);
		assertThat(this.admission.tryTakeOldest("a")).isNull();
	}

	@Test
	void tryOpenGivesPermitsOfNewConnectionsWithinTheLimits() throws Exception {
		giveBack(lease("a"));
		Slot<FakeConnection> opened = this.admission.tryOpen("a");
		assertThat(opened).isNotNull();
		assertThat(opened.getItem()).isNull();
		assertThat(this.admission.tryOpen("a")).as("at the limit of the route, with one idle").isNull();
		assertThat(this.admission.tryOpen("b")).isNotNull();
		assertThat(this.admission.tryOpen("c")).as("at the limit in total, with one idle").isNull();
		assertThat(this.disposed).as("evicted").isEmpty();
		this.admission.release(opened, false);
		assertThat(this.admission.tryOpen("c")).isNotNull();
		this.admission.close();
		assertThat(this.admission.tryOpen("d")).isNull();
	}

	@Test
	void tryOpenDoesNotOvertakeAWaiter() throws Exception {
		lease("a");
		Slot<FakeConnection> second = lease("a");
		Waiter<FakeConnection> waiter = enqueue("a");
		assertThat(this.admission.isWanted("a")).isTrue();
		assertThat(this.admission.isWanted("b")).isFalse();
		assertThat(this.admission.tryOpen("b")).as("for which nobody waits").isNotNull();
		discard(second);
		assertThat(this.admission.tryOpen("a")).isNull();
		assertAssigned(waiter);
	}

	@Test
	void tryOpenDoesNotOvertakeAWaiterThatNeedsRoomInTotal() throws Exception {
		lease("a");
		lease("a");
		Slot<FakeConnection> b = lease("b");
		Waiter<FakeConnection> waiter = enqueue("c");
		assertThat(this.admission.isWanted("b")).isTrue();
		discard(b);
		assertThat(this.admission.tryOpen("b")).isNull();
		take(waiter, "c", null);
	}

	@Test
	void connectionWithAStateIsHandedOutForAnEqualStateOnly() throws Exception {
		FakeConnection alices = giveBack(lease("a", "alice"), "alice");
		assertThat(this.admission.tryTake("a")).isNull();
		assertThat(connection(lease("a", "bob"))).isNotSameAs(alices);
		assertThat(connection(lease("a", new String("alice")))).isSameAs(alices);
	}

	@Test
	void connectionWithoutAStateIsHandedOutForAnyState() throws Exception {
		FakeConnection connection = giveBack(lease("a"));
		assertThat(connection(lease("a", "alice"))).isSameAs(connection);
	}

	@Test
	void connectionThatLostItsStateIsHandedOutForAnyState() throws Exception {
		FakeConnection connection = giveBack(lease("a", "alice"), "alice");
		giveBack(lease("a", "alice"), null);
		assertThat(connection(lease("a"))).isSameAs(connection);
	}

	@Test
	void youngestConnectionOfAStateIsHandedOutFirst() throws Exception {
		Slot<FakeConnection> first = lease("a", "alice");
		Slot<FakeConnection> second = lease("a", "alice");
		FakeConnection early = giveBack(second, "alice");
		FakeConnection late = giveBack(first, "alice");
		assertThat(connection(lease("a", "alice"))).isSameAs(late);
		assertThat(connection(lease("a", "alice"))).isSameAs(early);
	}

	@Test
	void connectionThatIsNotReusableIsDisposedOfAndItsPermitIsFree() throws Exception {
		lease("a");
		Slot<FakeConnection> slot = lease("a");
		FakeConnection connection = connection(slot);
		discard(slot);
		assertThat(connection.disposed()).isEqualTo(DisposeReason.NOT_REUSABLE);
		assertThat(connection(lease("a"))).isNotSameAs(connection);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void slotWithoutConnectionGivesItsPermitBack(boolean reusable) throws Exception {
		Slot<FakeConnection> slot = enqueue("a").await(0);
		assertThat(slot).isNotNull();
		this.admission.release(slot, reusable);
		assertThat(this.admission.read()).isEqualTo(new Occupancy(0, 0, 0, 0, 3));
		assertThat(this.disposed).isEmpty();
	}

	@Test
	void releaseOfWhatIsNotLeasedIsRefused() throws Exception {
		Slot<FakeConnection> slot = lease("a");
		giveBack(slot);
		assertThatIllegalStateException().isThrownBy(() -> this.admission.release(slot, true));
		assertThatIllegalStateException().isThrownBy(() -> this.admission.release(slot, false));
		Slot<FakeConnection> discarded = lease("a");
		discard(discarded);
		assertThatIllegalStateException().isThrownBy(() -> this.admission.release(discarded, true));
		Slot<FakeConnection> stateful = lease("a", "alice");
		giveBack(stateful, "alice");
		assertThatIllegalStateException().isThrownBy(() -> this.admission.release(stateful, true));
		assertThat(this.admission.read()).isEqualTo(new Occupancy(0, 1, 0, 0, 3));
	}

	// Eviction

	@Test
	void callerOfAnotherRouteEvictsTheConnectionThatIsIdleForLongest() throws Exception {
		Slot<FakeConnection> a = lease("a");
		Slot<FakeConnection> b = lease("b");
		Slot<FakeConnection> c = lease("c");
		FakeConnection longestIdle = giveBack(b);
		giveBack(c);
		giveBack(a);
		lease("d");
		assertThat(longestIdle.disposed()).isEqualTo(DisposeReason.EVICTED);
		assertThat(this.disposed).containsExactly(longestIdle);
	}

	@Test
	void longestIdleIsToldByAClockThatMayOverflow() throws Exception {
		this.time.set(Long.MAX_VALUE - 1);
		Slot<FakeConnection> a = lease("a");
		Slot<FakeConnection> b = lease("b");
		lease("c");
		FakeConnection longestIdle = giveBack(b);
		giveBack(a);
		assertThat(this.time.get()).isNegative();
		lease("d");
		assertThat(this.disposed).containsExactly(longestIdle);
	}

	@Test
	void oldestOfARouteIsEvicted() throws Exception {
		Slot<FakeConnection> first = lease("a");
		Slot<FakeConnection> second = lease("a");
		FakeConnection old = giveBack(second);
		FakeConnection young = giveBack(first);
		lease("b");
		lease("b");
		assertThat(this.disposed).containsExactly(old);
		assertThat(connection(lease("a"))).isSameAs(young);
	}

	@Test
	void callerEvictsTheOldestConnectionOfAnotherStateInAFullRoute() throws Exception {
		Slot<FakeConnection> alices = lease("a", "alice");
		Slot<FakeConnection> bobs = lease("a", "bob");
		FakeConnection old = giveBack(bobs, "bob");
		giveBack(alices, "alice");
		lease("a", "carol");
		assertThat(this.disposed).containsExactly(old);
		assertThat(old.disposed()).isEqualTo(DisposeReason.EVICTED);
		lease("a");
		assertThat(this.disposed).hasSize(2);
	}

	@Test
	void evictedConnectionCountsUntilItIsDisposedOf() throws Exception {
		this.admission = admission(1, 2);
		giveBack(lease("a"));
		lease("b");
		Waiter<FakeConnection> evicting = enqueue("c");
		assertAssigned(evicting);
		assertThat(this.disposed).isEmpty();
		assertThat(this.admission.read("a")).isEqualTo(new Occupancy(1, 0, 0, 0, 1));
		Waiter<FakeConnection> waiter = enqueue("a");
		this.referee.limits(2, 3);
		this.admission.setMaxTotal(3);
		assertWaits(waiter);
		take(evicting, "c", null);
		assertThat(this.disposed).hasSize(1);
		assertAssigned(waiter);
	}

	@Test
	void cancelOfAWaitThatEvictedDisposesOfTheConnectionAndFreesThePermit() throws Exception {
		this.admission = admission(1, 1);
		giveBack(lease("a"));
		Waiter<FakeConnection> evicting = enqueue("b");
		assertAssigned(evicting);
		assertThat(evicting.cancel()).isTrue();
		assertThat(this.disposed).hasSize(1);
		assertThat(this.admission.read()).isEqualTo(new Occupancy(0, 0, 0, 0, 1));
		lease("a");
	}

	@Test
	void connectionsInUseAreNotEvicted() throws Exception {
		lease("a");
		lease("a");
		lease("b");
		assertWaits(enqueue("c"));
		assertThat(this.disposed).isEmpty();
	}

	// Order

	@Test
	void callersOfARouteAreServedInOrderOfArrival() throws Exception {
		Slot<FakeConnection> first = lease("a");
		Slot<FakeConnection> second = lease("a");
		List<Waiter<FakeConnection>> waiters = List.of(enqueue("a"), this.admission.enqueue("a", "alice"),
				enqueue("a"));
		assertStatuses(waiters, Status.WAITING, Status.WAITING, Status.WAITING);
		giveBack(first);
		assertStatuses(waiters, Status.ASSIGNED, Status.WAITING, Status.WAITING);
		discard(second);
		assertStatuses(waiters, Status.ASSIGNED, Status.ASSIGNED, Status.WAITING);
		giveBack(take(waiters.get(0), "a", null));
		assertStatuses(waiters, Status.TAKEN, Status.ASSIGNED, Status.ASSIGNED);
	}

	@Test
	void callersOfAllRoutesAreServedInOrderOfArrivalWhenTheTotalIsShort() throws Exception {
		List<Slot<FakeConnection>> slots = List.of(lease("a"), lease("b"), lease("c"));
		List<Waiter<FakeConnection>> waiters = List.of(enqueue("d"), enqueue("a"), enqueue("d"));
		for (Slot<FakeConnection> slot : slots) {
			giveBack(slot);
		}
		assertStatuses(waiters, Status.ASSIGNED, Status.ASSIGNED, Status.ASSIGNED);
		Waiter<FakeConnection> fourth = enqueue("b");
		Waiter<FakeConnection> fifth = enqueue("a");
		discard(take(waiters.get(1), "a", null));
		assertAssigned(fourth);
		assertWaits(fifth);
	}

	@Test
	void callerOfAFullRouteDoesNotHoldUpOtherRoutes() throws Exception {
		lease("a");
		lease("a");
		Waiter<FakeConnection> stuck = enqueue("a");
		Waiter<FakeConnection> free = enqueue("b");
		assertWaits(stuck);
		assertAssigned(free);
	}

	private static void assertStatuses(List<Waiter<FakeConnection>> waiters, Status... statuses) {
		assertThat(waiters).extracting(Waiter::status).containsExactly(statuses);
	}

	// Callers that may not wait

	@Test
	void nobodyWaitsWhereNobodyMay() throws Exception {
		this.admission = admission(1, 2, 0, (route) -> -1);
		Waiter<FakeConnection> served = enqueue("a");
		assertAssigned(served);
		Waiter<FakeConnection> rejected = enqueue("a");
		assertThat(rejected.status()).isEqualTo(Status.REJECTED);
		assertThat(rejected.await(FOR_EVER)).isNull();
		giveBack(take(served, "a", null));
		assertThat(connection(take(enqueue("a"), "a", null)).disposed()).isNull();
		assertThat(this.admission.read("a").pending()).isZero();
	}

	@Test
	void callerIsNotRejectedWhereItCanEvict() throws Exception {
		this.admission = admission(1, 1, 0, (route) -> -1);
		giveBack(lease("a"));
		assertAssigned(enqueue("b"));
	}

	@Test
	void onlyWhoIsTooMuchOfARouteIsRejected() {
		this.admission = admission(1, 9, 2, (route) -> -1);
		List<Waiter<FakeConnection>> waiters = List.of(enqueue("a"), enqueue("a"), enqueue("a"), enqueue("a"),
				enqueue("b"), enqueue("b"));
		assertStatuses(waiters, Status.ASSIGNED, Status.WAITING, Status.WAITING, Status.REJECTED, Status.ASSIGNED,
				Status.WAITING);
		assertThat(this.admission.read("a").pending()).isEqualTo(2);
		assertThat(this.admission.read().pending()).isEqualTo(3);
	}

	@Test
	void callersThatLeftMakeRoomForOthersToWait() throws Exception {
		this.admission = admission(1, 9, 1, (route) -> -1);
		Slot<FakeConnection> slot = lease("a");
		enqueue("a").cancel();
		assertThat(enqueue("a").await(0)).isNull();
		Waiter<FakeConnection> waiter = enqueue("a");
		assertWaits(waiter);
		assertThat(enqueue("a").status()).isEqualTo(Status.REJECTED);
		giveBack(slot);
		assertAssigned(waiter);
		assertWaits(enqueue("a"));
	}

	@Test
	void anyNumberMayWaitWithoutALimit() throws Exception {
		lease("a");
		lease("a");
		List<Waiter<FakeConnection>> waiters = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			waiters.add(enqueue("a"));
		}
		assertThat(waiters).allSatisfy(this::assertWaits);
		assertThat(this.admission.read("a").pending()).isEqualTo(500);
	}

	// The end of a wait

	@Test
	void cancelEndsAWait() throws Exception {
		Slot<FakeConnection> slot = lease("a");
		lease("a");
		Waiter<FakeConnection> cancelled = enqueue("a");
		Waiter<FakeConnection> next = enqueue("a");
		assertThat(cancelled.cancel()).isTrue();
		assertThat(cancelled.status()).isEqualTo(Status.CANCELLED);
		assertThat(cancelled.cancel()).isTrue();
		assertThat(cancelled.await(FOR_EVER)).isNull();
		giveBack(slot);
		assertAssigned(next);
		assertThat(cancelled.status()).isEqualTo(Status.CANCELLED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "none", "idle", "stateful" })
	void cancelOfAnAssignedWaitGivesTheSlotToTheNext(String kind) throws Exception {
		this.admission = admission(1, 1);
		String state = kind.equals("stateful") ? "alice" : null;
		if (!kind.equals("none")) {
			giveBack(lease("a", state), state);
		}
		Waiter<FakeConnection> assigned = this.admission.enqueue("a", state);
		Waiter<FakeConnection> next = this.admission.enqueue("a", state);
		assertAssigned(assigned);
		assertWaits(next);
		assertThat(assigned.cancel()).isTrue();
		assertThat(assigned.status()).isEqualTo(Status.CANCELLED);
		assertThat(assigned.await(FOR_EVER)).isNull();
		giveBack(take(next, "a", state));
		assertThat(this.admission.read()).isEqualTo(new Occupancy(0, 1, 0, 0, 1));
		assertThat(this.disposed).isEmpty();
	}

	@Test
	void cancelLeavesATakenSlotAlone() throws Exception {
		Waiter<FakeConnection> waiter = enqueue("a");
		Slot<FakeConnection> slot = take(waiter, "a", null);
		assertThat(waiter.cancel()).isFalse();
		assertThat(waiter.status()).isEqualTo(Status.TAKEN);
		giveBack(slot);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, -1, -1_000_000_000, Long.MIN_VALUE })
	void waitWithoutTimeTakesOnlyWhatIsThere(long nanos) throws Exception {
		this.admission = admission(1, 1);
		Slot<FakeConnection> slot = enqueue("a").await(nanos);
		assertThat(slot).isNotNull();
		enter(slot, "a", null);
		Waiter<FakeConnection> waiter = enqueue("a");
		this.atNextReading = () -> this.atNextReading = () -> this.time.addAndGet(100);
		assertThat(waiter.await(nanos)).isNull();
		assertThat(waiter.status()).isEqualTo(Status.TIMED_OUT);
		giveBack(slot);
		assertThat(enqueue("a").await(nanos)).isSameAs(slot);
	}

	@Test
	void waitThatTimesOutLeavesTheQueue() throws Exception {
		Slot<FakeConnection> slot = lease("a");
		lease("a");
		Waiter<FakeConnection> waiter = enqueue("a");
		Waiter<FakeConnection> next = enqueue("a");
		this.atNextReading = () -> this.atNextReading = () -> this.time.addAndGet(100);
		assertThat(waiter.await(100)).isNull();
		assertThat(waiter.status()).isEqualTo(Status.TIMED_OUT);
		assertThat(waiter.cancel()).isTrue();
		assertThat(waiter.status()).isEqualTo(Status.TIMED_OUT);
		assertThat(this.admission.read("a").pending()).isEqualTo(1);
		giveBack(slot);
		assertAssigned(next);
	}

	@Test
	void thousandsOfTimeoutsHideNobody() throws Exception {
		Slot<FakeConnection> slot = lease("a");
		lease("a");
		Waiter<FakeConnection> first = enqueue("a");
		for (int i = 0; i < 5000; i++) {
			assertThat(enqueue("a").await(0)).isNull();
		}
		Waiter<FakeConnection> last = enqueue("a");
		assertThat(this.admission.read("a").pending()).isEqualTo(2);
		giveBack(slot);
		assertAssigned(first);
		assertThat(first.cancel()).isTrue();
		assertAssigned(last);
	}

	@Test
	void waitThatIsServedJustBeforeItParksDoesNotPark() throws Exception {
		this.admission = admission(1, 1);
		Slot<FakeConnection> slot = lease("a");
		Waiter<FakeConnection> waiter = enqueue("a");
		this.atNextReading = () -> giveBack(slot);
		assertThat(waiter.await(FOR_EVER)).isSameAs(slot);
	}

	@Test
	void interruptEndsAWaitThatHoldsNothing() throws Exception {
		this.admission = admission(1, 1);
		Slot<FakeConnection> slot = lease("a");
		Waiter<FakeConnection> waiter = enqueue("a");
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> waiter.await(FOR_EVER));
		assertThat(waiter.status()).isEqualTo(Status.CANCELLED);
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		giveBack(slot);
		assertThat(this.admission.read()).isEqualTo(new Occupancy(0, 1, 0, 0, 1));
	}

	@Test
	void interruptOfAWaitThatIsServedLeavesSlotAndFlag() throws Exception {
		this.admission = admission(1, 1);
		Slot<FakeConnection> slot = lease("a");
		Waiter<FakeConnection> waiter = enqueue("a");
		this.atNextReading = () -> {
			Thread.currentThread().interrupt();
			giveBack(slot);
		};
		assertThat(waiter.await(FOR_EVER)).isSameAs(slot);
		assertThat(Thread.interrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(names = { "TAKEN", "CANCELLED", "CLOSED" })
	void parkedCallerIsWoken(Status end) throws Exception {
		this.admission = admission(1, 1);
		Slot<FakeConnection> slot = lease("a");
		Waiter<FakeConnection> waiter = enqueue("a");
		CompletableFuture<Boolean> served = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try {
				served.complete(waiter.await(FOR_EVER) != null);
			}
			catch (InterruptedException ex) {
				served.completeExceptionally(ex);
			}
		});
		thread.setDaemon(true);
		thread.start();
		while (thread.getState() != Thread.State.TIMED_WAITING) {
			Thread.onSpinWait();
		}
		switch (end) {
			case TAKEN -> giveBack(slot);
			case CANCELLED -> waiter.cancel();
			default -> this.admission.close();
		}
		assertThat(served).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(end == Status.TAKEN);
		assertThat(waiter.status()).isEqualTo(end);
	}

	// Close

	@Test
	void closeTellsWaitersAtOnceAndDisposesOfConnections() throws Exception {
		Slot<FakeConnection> leased = lease("a");
		Slot<FakeConnection> discarded = lease("a");
		FakeConnection idle = giveBack(lease("b", "alice"), "alice");
		Waiter<FakeConnection> waiter = enqueue("a");
		this.admission.close();
		assertThat(this.admission.isClosed()).isTrue();
		assertThat(waiter.status()).isEqualTo(Status.CLOSED);
		assertThat(waiter.await(FOR_EVER)).isNull();
		assertThat(idle.disposed()).isEqualTo(DisposeReason.CLOSED);
		assertThat(giveBack(leased).disposed()).isEqualTo(DisposeReason.CLOSED);
		discard(discarded);
		assertThat(this.referee.live()).isZero();
		assertThat(this.admission.read()).isEqualTo(new Occupancy(0, 0, 0, 0, 3));
	}

	@Test
	void nobodyIsServedAfterClose() throws Exception {
		giveBack(lease("a"));
		this.admission.close();
		assertThat(this.admission.tryTake("a")).isNull();
		Waiter<FakeConnection> waiter = enqueue("a");
		assertThat(waiter.status()).isEqualTo(Status.CLOSED);
		assertThat(waiter.await(0)).isNull();
		this.admission.close();
		assertThat(this.disposed).hasSize(1);
	}

	@Test
	void slotThatWasAssignedBeforeCloseCanBeGivenBack() throws Exception {
		FakeConnection connection = giveBack(lease("a"));
		Waiter<FakeConnection> cancelled = enqueue("a");
		Waiter<FakeConnection> taken = enqueue("a");
		this.admission.close();
		assertThat(cancelled.cancel()).isTrue();
		assertThat(connection.disposed()).isEqualTo(DisposeReason.CLOSED);
		giveBack(take(taken, "a", null));
		assertThat(this.referee.live()).isZero();
		assertThat(this.admission.read().leased()).isZero();
	}

	// Readings

	@Test
	void readingTellsWhatIsWhere() throws Exception {
		lease("a");
		Slot<FakeConnection> second = lease("a");
		giveBack(lease("b", "alice"), "alice");
		this.time.set(10_000);
		enqueue("a");
		this.time.set(10_500);
		enqueue("a");
		this.time.set(11_000);
		assertThat(this.admission.read("a")).isEqualTo(new Occupancy(2, 0, 2, 1000, 2));
		assertThat(this.admission.read("b")).isEqualTo(new Occupancy(0, 1, 0, 0, 2));
		assertThat(this.admission.read()).isEqualTo(new Occupancy(2, 1, 2, 1000, 3));
		assertThat(this.admission.read("unknown")).isEqualTo(new Occupancy(0, 0, 0, 0, 2));
		giveBack(second);
		assertThat(this.admission.read("a")).isEqualTo(new Occupancy(2, 0, 1, 500 + 1, 2));
		assertThat(this.admission.getRoutes()).containsExactlyInAnyOrder("a", "b");
	}

	@Test
	void oldestWaitIsThatOfACallerThatStillWaits() throws Exception {
		lease("a");
		lease("a");
		Waiter<FakeConnection> oldest = enqueue("a");
		this.time.addAndGet(10);
		Waiter<FakeConnection> next = enqueue("a");
		this.time.addAndGet(10);
		assertThat(this.admission.read().oldestWaitNanos()).isEqualTo(20);
		oldest.cancel();
		assertThat(this.admission.read().oldestWaitNanos()).isEqualTo(10);
		next.cancel();
		assertThat(this.admission.read().oldestWaitNanos()).isZero();
	}

	// Sweeps

	@Test
	void sweepDisposesOfIdleConnectionsThatTheFilterAccepts() throws Exception {
		Slot<FakeConnection> leased = lease("a");
		FakeConnection a = giveBack(lease("a"));
		FakeConnection b = giveBack(lease("b", "alice"), "alice");
		assertThat(this.admission.sweep((connection) -> false)).isZero();
		assertThat(this.admission.sweep(b::equals)).isEqualTo(1);
		assertThat(b.disposed()).isEqualTo(DisposeReason.SWEPT);
		assertThat(a.disposed()).isNull();
		assertThat(this.admission.sweep((connection) -> true)).isEqualTo(1);
		assertThat(a.disposed()).isEqualTo(DisposeReason.SWEPT);
		assertThat(connection(leased).disposed()).isNull();
		assertThat(this.admission.read()).isEqualTo(new Occupancy(1, 0, 0, 0, 3));
	}

	@Test
	void sweepForgetsRoutesThatNobodyUses() throws Exception {
		this.admission = admission(1, 4);
		lease("leased");
		giveBack(lease("idle"));
		discard(lease("unused"));
		lease("waiting");
		enqueue("waiting");
		this.admission.setMaxPerRoute("limited", 1);
		enqueue("cancelled").cancel();
		this.admission.sweep((connection) -> false);
		assertThat(this.admission.getRoutes()).containsExactlyInAnyOrder("leased", "idle", "waiting", "limited");
		lease("unused");
	}

	@Test
	void routesThatNobodyUsesDoNotPileUp() throws Exception {
		for (int i = 0; i < 10_000; i++) {
			discard(lease("route" + i));
		}
		assertThat(this.admission.getRoutes().size()).isLessThan(1010);
	}

	@Test
	void sweepOfManyFromBelowTheTopKeepsTheOrder() throws Exception {
		this.admission = admission(200, 200);
		this.referee.limits(200, 200);
		List<Slot<FakeConnection>> slots = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			slots.add(lease("a"));
		}
		List<FakeConnection> connections = new ArrayList<>();
		for (Slot<FakeConnection> slot : slots) {
			connections.add(giveBack(slot));
		}
		List<FakeConnection> kept = List.of(connections.get(10), connections.get(100), connections.get(199));
		assertThat(this.admission.sweep((connection) -> !kept.contains(connection))).isEqualTo(197);
		assertThat(this.admission.read("a").available()).isEqualTo(3);
		assertThat(connection(lease("a"))).isSameAs(kept.get(2));
		assertThat(connection(lease("a"))).isSameAs(kept.get(1));
		assertThat(connection(lease("a"))).isSameAs(kept.get(0));
	}

	// What is called

	@Test
	void disposerThatThrowsLosesNothing(CapturedOutput output) throws Exception {
		Disposer<FakeConnection> disposer = new Disposer<>() {

			@Override
			public void dispose(FakeConnection connection, DisposeReason reason) {
				AdmissionTests.this.referee.dispose(connection, reason);
				throw new IllegalStateException("dispose " + reason);
			}

			@Override
			public long idleSinceNanos(FakeConnection connection) {
				return connection.idleSinceNanos();
			}

		};
		this.referee.limits(1, 2);
		this.admission = new Admission<>(1, 2, -1, (route) -> -1, disposer, this.time::get);
		discard(lease("a"));
		giveBack(lease("a"));
		Slot<FakeConnection> b = lease("b");
		giveBack(lease("c"));
		giveBack(b);
		this.admission.setMaxTotal(1);
		this.admission.sweep((connection) -> true);
		assertThat(this.admission.read()).isEqualTo(new Occupancy(0, 0, 0, 0, 1));
		giveBack(lease("a"));
		this.admission.close();
		assertThat(this.admission.read()).isEqualTo(new Occupancy(0, 0, 0, 0, 1));
		assertThat(this.disposed).extracting(FakeConnection::disposed)
			.containsExactly(DisposeReason.NOT_REUSABLE, DisposeReason.EVICTED, DisposeReason.EXCESS,
					DisposeReason.SWEPT, DisposeReason.CLOSED);
		assertThat(output).contains("dispose EVICTED", "dispose CLOSED");
	}

	@ParameterizedTest
	@EnumSource
	void disposerIsCalledWithoutTheLock(DisposeReason reason) throws Exception {
		List<Occupancy> readings = new ArrayList<>();
		this.referee = new Referee(this.time::get, (connection, given) -> {
			assertThat(given).isEqualTo(reason);
			readings
				.add(CompletableFuture.supplyAsync(() -> this.admission.read()).orTimeout(30, TimeUnit.SECONDS).join());
		});
		this.admission = admission(2, 2);
		Slot<FakeConnection> discarded = lease("a");
		giveBack(lease("a"));
		switch (reason) {
			case NOT_REUSABLE -> discard(discarded);
			case EVICTED -> lease("b");
			case EXCESS -> this.admission.setMaxTotal(1);
			case SWEPT -> this.admission.sweep((connection) -> true);
			case CLOSED -> this.admission.close();
		}
		assertThat(readings).hasSize(1);
	}

}
