package io.outboundhttp.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PoolMeter}.
 */
class PoolMeterTests {

	@Test
	void readmeHasTheTableOfTheMeters() throws IOException {
		List<String> lines = Files.readAllLines(Path.of("..", "README.md"));
		List<String> table = lines.stream().filter((line) -> line.startsWith("| `outbound.http.")).toList();
		assertThat(table).containsExactlyElementsOf(Stream.of(PoolMeter.values()).map(PoolMeterTests::row).toList());
	}

	private static String row(PoolMeter meter) {
		String unit = (meter.getBaseUnit() != null) ? meter.getBaseUnit() : "seconds";
		String tags = meter.getTags().isEmpty() ? "–" : String.join("; ", meter.getTags());
		return "| `%s` | %s | %s | %s | %s | %s |".formatted(meter.getMeterName(),
				meter.getKind().name().toLowerCase(Locale.ROOT), unit, tags, meter.isByRoute() ? "✓" : "–",
				meter.getDescription());
	}

}
