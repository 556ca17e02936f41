package io.outboundhttp.pool.connect;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.outboundhttp.FakeTimeSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PenaltyBox}.
 */
class PenaltyBoxTests {

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private final PenaltyBox box = new PenaltyBox(this.time::nanos);

	private final InetSocketAddress a = address(1);

	private final InetSocketAddress b = address(2);

	private final InetSocketAddress c = address(3);

	private static InetSocketAddress address(int number) {
		try {
			byte[] bytes = { 10, (byte) (number >> 16), (byte) (number >> 8), (byte) number };
			return new InetSocketAddress(InetAddress.getByAddress(bytes), 443);
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private List<InetSocketAddress> order(InetSocketAddress... addresses) {
		return this.box.order(List.of(addresses));
	}

	@Test
	void withoutFailuresTheOrderStays() {
		assertThat(order(this.b, this.a, this.c)).containsExactly(this.b, this.a, this.c);
	}

	@Test
	@DisplayName("T2 an address that could not be reached is tried last")
	void failedAddressComesLast() {
		this.box.failed(this.a);
		assertThat(order(this.a, this.b, this.c)).containsExactly(this.b, this.c, this.a);
	}

	@Test
	void failedAddressesKeepTheirOrder() {
		this.box.failed(this.c);
		this.box.failed(this.a);
		assertThat(order(this.a, this.b, this.c)).containsExactly(this.b, this.a, this.c);
	}

	@Test
	void anAddressIsTriedAllTheSameWhereThereIsNoOther() {
		this.box.failed(this.a);
		assertThat(order(this.a)).containsExactly(this.a);
		this.box.failed(this.b);
		assertThat(order(this.a, this.b)).containsExactly(this.a, this.b);
	}

	@Test
	@DisplayName("T2 N3 a penalty is over after 30 seconds")
	void penaltyIsOverAfterAWhile() {
		this.box.failed(this.a);
		this.time.advance(PenaltyBox.PENALTY.minusNanos(1));
		assertThat(order(this.a, this.b)).containsExactly(this.b, this.a);
		this.time.advance(Duration.ofNanos(1));
		assertThat(order(this.a, this.b)).containsExactly(this.a, this.b);
	}

	@Test
	void penaltyBeginsAnewWithEachFailure() {
		this.box.failed(this.a);
		this.time.advance(PenaltyBox.PENALTY.minusNanos(1));
		this.box.failed(this.a);
		this.time.advance(PenaltyBox.PENALTY.minusNanos(1));
		assertThat(order(this.a, this.b)).containsExactly(this.b, this.a);
	}

	@Test
	void penaltyIsOverOnceTheAddressWasReached() {
		this.box.failed(this.a);
		this.box.failed(this.b);
		this.box.reached(this.a);
		assertThat(order(this.b, this.a, this.c)).containsExactly(this.a, this.c, this.b);
	}

	@Test
	void otherPortsOfAnAddressHaveNoPenalty() {
		this.box.failed(this.a);
		InetSocketAddress other = new InetSocketAddress(this.a.getAddress(), 80);
		assertThat(order(other, this.b)).containsExactly(other, this.b);
	}

	@Test
	@DisplayName("T2 of more than 1000 addresses the oldest penalty is forgotten")
	void boxIsBounded() {
		List<InetSocketAddress> all = Stream.iterate(1, (number) -> number + 1)
			.limit(1001)
			.map(PenaltyBoxTests::address)
			.toList();
		all.forEach(this.box::failed);
		InetSocketAddress fresh = address(5000);
		assertThat(order(all.get(0), fresh)).containsExactly(all.get(0), fresh);
		assertThat(order(all.get(1), fresh)).containsExactly(fresh, all.get(1));
		assertThat(order(all.get(1000), fresh)).containsExactly(fresh, all.get(1000));
	}

}
