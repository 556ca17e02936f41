package io.outboundhttp.faults;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.testsupport.HaproxyServer;
import io.outboundhttp.testsupport.NginxServer;
import io.outboundhttp.testsupport.SquidProxy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Tests for what is left of a client after faults as real servers make them, for each way
 * to call. Skipped where a server is not installed.
 */
class NeighbourFaultTests {

	@TempDir
	private Path directory;

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private @Nullable FaultMatrix matrix;

	private @Nullable AutoCloseable neighbour;

	@AfterEach
	void stop() throws Exception {
		if (this.matrix != null) {
			this.matrix.close();
		}
		if (this.neighbour != null) {
			this.neighbour.close();
		}
	}

	@TestFactory
	@DisplayName("a fault of nginx is an error of its type or an answer, and leaves nothing behind")
	Stream<DynamicContainer> nginx() {
		assumeThat(NginxServer.isInstalled()).as("nginx is installed (apt-get install nginx-light)").isTrue();
		NginxServer nginx = NginxServer.start(this.directory);
		this.neighbour = nginx;
		return tests(new NginxFaults(nginx).all(), null);
	}

	@TestFactory
	@DisplayName("a fault of HAProxy is an error of its type or an answer, and leaves nothing behind")
	Stream<DynamicContainer> haproxy() {
		assumeThat(HaproxyServer.isInstalled()).as("HAProxy is installed (apt-get install haproxy)").isTrue();
		HaproxyServer haproxy = HaproxyServer.start(this.directory);
		this.neighbour = haproxy;
		return tests(new HaproxyFaults(haproxy).all(), null);
	}

	@TestFactory
	@DisplayName("a fault of Squid is an error of its type or an answer, and leaves nothing behind")
	Stream<DynamicContainer> squid() {
		assumeThat(SquidProxy.isInstalled()).as("Squid is installed (apt-get install squid)").isTrue();
		SquidProxy squid = SquidProxy.start(this.directory);
		this.neighbour = squid;
		return tests(SquidFaults.all(), squid);
	}

	private Stream<DynamicContainer> tests(List<Fault> faults, @Nullable SquidProxy squid) {
		this.leaks.allowWarning("now use pooled Apache HttpClient 5");
		FaultMatrix matrix = new FaultMatrix(this.leaks, squid);
		this.matrix = matrix;
		return matrix.tests(faults);
	}

}
