package io.outboundhttp.pool.connect;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.outboundhttp.FakeTimeSource;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AddressHistory}.
 */
class AddressHistoryTests {

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private final AddressHistory history = new AddressHistory();

	private static InetAddress address(int last) throws UnknownHostException {
		return InetAddress.getByAddress(new byte[] { 10, 0, 0, (byte) last });
	}

	private void answer(int... last) throws UnknownHostException {
		List<InetAddress> addresses = new ArrayList<>();
		for (int number : last) {
			addresses.add(address(number));
		}
		this.history.answered("a.test", addresses, this.time.nanos());
	}

	private void answerLater(int... last) throws UnknownHostException {
		this.time.advance(Duration.ofSeconds(5));
		answer(last);
	}

	private boolean isGone(int last) throws UnknownHostException {
		return this.history.isGone("a.test", address(last), this.time.nanos());
	}

	@Test
	void addressIsGoneAfterTwoAnswersWithoutIt() throws Exception {
		answer(1, 2);
		answerLater(2);
		assertThat(isGone(1)).isFalse();
		answerLater(2);
		assertThat(isGone(1)).isTrue();
		assertThat(isGone(2)).isFalse();
	}

	@Test
	void answersThatComeCloseToEachOtherCountAsOne() throws Exception {
		answer(1);
		for (int i = 0; i < 5; i++) {
			answer(2);
			this.time.advance(Duration.ofMillis(900));
		}
		assertThat(isGone(1)).isFalse();
		this.time.advance(Duration.ofMillis(500));
		answer(2);
		assertThat(isGone(1)).isTrue();
	}

	@Test
	void addressThatWasNeverAnsweredIsNotGone() throws Exception {
		answer(1);
		answerLater(1);
		answerLater(1);
		assertThat(isGone(7)).isFalse();
		assertThat(this.history.isGone("b.test", address(1), this.time.nanos())).isFalse();
	}

	@Test
	void nameWhoseAddressesComeAndGoHasThemAll() throws Exception {
		answer(1, 2);
		answerLater(2, 3);
		answerLater(3, 1);
		for (int i = 0; i < 20; i++) {
			answerLater(1 + i % 3, 1 + (i + 1) % 3);
			assertThat(List.of(isGone(1), isGone(2), isGone(3))).containsOnly(false);
		}
	}

	@Test
	void tenMinutesAfterTheLastReturnAddressesCanBeGoneAgain() throws Exception {
		answer(1);
		answerLater(2);
		answerLater(1);
		answerLater(2);
		answerLater(2);
		assertThat(isGone(1)).isFalse();
		for (int i = 0; i < 119; i++) {
			answerLater(2);
		}
		assertThat(isGone(1)).isTrue();
	}

	@Test
	void nameIsDueEveryFiveSeconds() {
		assertThat(this.history.isDue("a.test", this.time.nanos())).isTrue();
		assertThat(this.history.isDue("b.test", this.time.nanos())).isTrue();
		this.time.advance(Duration.ofMillis(4999));
		assertThat(this.history.isDue("a.test", this.time.nanos())).isFalse();
		this.time.advance(Duration.ofMillis(1));
		assertThat(this.history.isDue("a.test", this.time.nanos())).isTrue();
	}

	@Test
	void thousandNamesAreRemembered() throws Exception {
		answer(1);
		answerLater(2);
		answerLater(2);
		for (int i = 0; i < 999; i++) {
			this.history.isDue("host-" + i, this.time.nanos());
		}
		assertThat(isGone(1)).isTrue();
		for (int i = 0; i < 1000; i++) {
			this.history.isDue("other-" + i, this.time.nanos());
		}
		assertThat(isGone(1)).isFalse();
	}

}
