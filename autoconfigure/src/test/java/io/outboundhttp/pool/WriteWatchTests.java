package io.outboundhttp.pool;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.PoolLeakExtension;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link WriteWatch}.
 */
@org.junit.jupiter.api.Timeout(30)
class WriteWatchTests {

	private static final Duration SILENCE = Duration.ofSeconds(2);

	private static final int PARTS = 10;

	private static final int PART = 100 * 1024;

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private final ConnectionPools pools = this.leaks.watch(PoolFixture.pools(this.time));

	/** Kept, or the lease is found to be abandoned. */
	private LeasedEndpoint endpoint;

	private TrackedLease lease;

	private WriteWatch watch;

	@BeforeEach
	void lease() throws Exception {
		ConnectionPool pool = this.pools.open("a", PoolFixture.settings(), new PoolingHttpClientConnectionManager());
		this.endpoint = (LeasedEndpoint) this.pools.connectionManager(() -> pool)
			.lease("id", new HttpRoute(new HttpHost("http", "127.0.0.1", 1)), Timeout.ofSeconds(10), null)
			.get(Timeout.ofSeconds(10));
		this.lease = this.endpoint.lease();
		this.watch = new WriteWatch(this.lease, SILENCE.toNanos());
	}

	@AfterEach
	void release() {
		this.lease.release(null, null);
	}

	private void pass(Duration duration) {
		this.watch.look(this.time.advance(duration));
	}

	private void write(Duration perPart, Duration perWrite) throws IOException {
		InputStream parts = new InputStream() {

			private int count;

			@Override
			public int read() {
				throw new UnsupportedOperationException();
			}

			@Override
			public int read(byte[] buffer, int offset, int length) {
				pass(perPart);
				return (++this.count <= PARTS) ? length : -1;
			}

		};
		OutputStream peer = new OutputStream() {

			@Override
			public void write(int value) {
				pass(perWrite);
			}

			@Override
			public void write(byte[] buffer, int offset, int length) {
				pass(perWrite);
			}

			@Override
			public void flush() {
				pass(perWrite);
			}

		};
		try (InputStreamEntity entity = new InputStreamEntity(parts, ContentType.APPLICATION_OCTET_STREAM)) {
			this.watch.watched(entity).writeTo(peer);
		}
	}

	@Test
	@DisplayName("T1 time that the application needs for the body is no silence of the other side")
	void slowApplicationIsNoSilence() throws IOException {
		write(SILENCE.multipliedBy(10), Duration.ZERO);
		assertThat(this.lease.isTaken()).isFalse();
	}

	@Test
	@DisplayName("T1 another side that takes a part every now and then is not silent")
	void slowPeerIsNotSilent() throws IOException {
		write(Duration.ZERO, SILENCE.minusNanos(1));
		assertThat(this.lease.isTaken()).isFalse();
	}

	@Test
	@DisplayName("T1 another side that takes nothing for the read-timeout is silent")
	void silentPeerIsNoticed() throws IOException {
		write(Duration.ZERO, SILENCE);
		assertThat(this.lease.isTakenFor(TrackedLease.TakeReason.WRITE_TIMEOUT)).isTrue();
	}

	@Test
	void largeBodyIsWrittenInSlicesThatAreWatchedOneByOne() throws IOException {
		byte[] large = new byte[PART * PARTS];
		try (InputStreamEntity entity = new InputStreamEntity(new ByteArrayInputStream(large),
				ContentType.APPLICATION_OCTET_STREAM)) {
			this.watch.watched(entity).writeTo(new OutputStream() {

				@Override
				public void write(int value) {
					throw new UnsupportedOperationException();
				}

				@Override
				public void write(byte[] buffer, int offset, int length) {
					assertThat(length).isLessThanOrEqualTo(32 * 1024);
					pass(SILENCE.dividedBy(2));
				}

			});
		}
		assertThat(this.lease.isTaken()).isFalse();
	}

	@Test
	@DisplayName("T1 what is flushed after the body is watched too")
	void flushAfterTheBodyIsWatched() throws IOException {
		write(Duration.ZERO, Duration.ZERO);
		pass(SILENCE);
		assertThat(this.lease.isTaken()).isTrue();
	}

	@Test
	void whatComesAfterTheEntityIsNoWrite() throws IOException {
		write(Duration.ZERO, Duration.ZERO);
		this.watch.entityWritten();
		pass(SILENCE.multipliedBy(2));
		assertThat(this.lease.isTaken()).isFalse();
		assertThat(this.watch.look(this.time.nanos())).isEqualTo(SILENCE.toNanos());
	}

	@Test
	void watchIsLookedAtWhenTheWriteUnderWayWouldBeSilent() throws IOException {
		this.watch.write((watch) -> {
			this.time.advance(Duration.ofNanos(7));
			assertThat(watch.look(this.time.nanos())).isEqualTo(SILENCE.minusNanos(7).toNanos());
		});
	}

}
