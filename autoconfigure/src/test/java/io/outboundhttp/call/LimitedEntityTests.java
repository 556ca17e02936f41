package io.outboundhttp.call;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

import io.outboundhttp.ResponseTooLargeException;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link LimitedEntity}.
 */
class LimitedEntityTests {

	private static final int LIMIT = 10;

	private final StubExecRuntime runtime = new StubExecRuntime();

	private LimitedEntity announced(int size) {
		return new LimitedEntity(new ByteArrayEntity(new byte[size], ContentType.APPLICATION_OCTET_STREAM), LIMIT,
				() -> "too large", this.runtime);
	}

	private LimitedEntity streamed(int size) {
		InputStream content = new ByteArrayInputStream(new byte[size]);
		return new LimitedEntity(new InputStreamEntity(content, ContentType.APPLICATION_OCTET_STREAM), LIMIT,
				() -> "too large", this.runtime);
	}

	@Test
	void asManyBytesPass() throws IOException {
		assertThat(announced(LIMIT).getContent().readAllBytes()).hasSize(LIMIT);
		assertThat(streamed(LIMIT).getContent().readAllBytes()).hasSize(LIMIT);
		InputStream single = streamed(LIMIT).getContent();
		for (int i = 0; i < LIMIT; i++) {
			assertThat(single.read()).isZero();
		}
		assertThat(single.read()).isNegative();
		assertThat(single.read()).isNegative();
		assertThat(this.runtime.discarded()).isZero();
	}

	@Test
	void oneMoreFailsAndDiscardsTheConnection() throws IOException {
		InputStream content = streamed(LIMIT + 1).getContent();
		for (int i = 0; i < LIMIT; i++) {
			assertThat(content.read()).isZero();
		}
		assertThatExceptionOfType(ResponseTooLargeException.class).isThrownBy(content::read)
			.withMessage("too large")
			.satisfies((ex) -> assertThat(ex.getMaxBytes()).isEqualTo(LIMIT));
		assertThat(this.runtime.discarded()).isPositive();
	}

	@Test
	void bytesCountHoweverTheyAreRead() throws IOException {
		InputStream content = streamed(LIMIT + 1).getContent();
		assertThat(content.read()).isZero();
		assertThat(content.skip(4)).isEqualTo(4);
		assertThat(content.read(new byte[8], 2, 5)).isEqualTo(5);
		assertThatExceptionOfType(ResponseTooLargeException.class).isThrownBy(() -> content.skip(1));
		assertThatExceptionOfType(ResponseTooLargeException.class)
			.isThrownBy(() -> streamed(LIMIT + 1).writeTo(new ByteArrayOutputStream()));
		assertThatExceptionOfType(ResponseTooLargeException.class)
			.isThrownBy(() -> streamed(LIMIT + 1).getContent().transferTo(new ByteArrayOutputStream()));
	}

	@Test
	void whoReadsOnGetsTheSameAnswer() throws IOException {
		InputStream content = streamed(LIMIT + 1).getContent();
		assertThatExceptionOfType(ResponseTooLargeException.class).isThrownBy(content::readAllBytes);
		assertThatExceptionOfType(ResponseTooLargeException.class).isThrownBy(() -> {
			if (content.read() < 0) {
				throw new AssertionError("the body looks complete");
			}
		});
	}

	@Test
	void bytesCountAcrossCallsOfGetContent() throws IOException {
		LimitedEntity entity = streamed(LIMIT + 1);
		assertThat(entity.getContent().skip(LIMIT)).isEqualTo(LIMIT);
		assertThatExceptionOfType(ResponseTooLargeException.class).isThrownBy(() -> entity.getContent().read());
	}

	@Test
	void announcedSizeFailsBeforeAByteIsRead() throws IOException {
		LimitedEntity entity = announced(LIMIT + 1);
		assertThat(entity.getContentLength()).isEqualTo(LIMIT + 1);
		assertThat(entity.getContent().available()).isEqualTo(LIMIT + 1);
		assertThatExceptionOfType(ResponseTooLargeException.class).isThrownBy(() -> entity.getContent().read());
		assertThat(entity.getContent().available()).isEqualTo(LIMIT + 1);
	}

	@Test
	void closingIsAlwaysPossible() {
		assertThatNoException().isThrownBy(() -> announced(LIMIT + 1).getContent().close());
		assertThatNoException().isThrownBy(() -> announced(LIMIT + 1).close());
		assertThat(this.runtime.discarded()).isZero();
	}

}
