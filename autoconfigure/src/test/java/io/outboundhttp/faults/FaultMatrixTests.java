package io.outboundhttp.faults;

import java.util.stream.Stream;

import io.outboundhttp.PoolLeakExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Tests for what is left of a client after each fault, for each way to call.
 */
class FaultMatrixTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private FaultMatrix matrix;

	@BeforeEach
	void start() {
		this.leaks.allowWarning("now use pooled Apache HttpClient 5");
		this.matrix = new FaultMatrix(this.leaks);
	}

	@AfterEach
	void stop() {
		this.matrix.close();
	}

	@TestFactory
	@DisplayName("a fault is an error of its type or an answer, and leaves nothing behind")
	Stream<DynamicContainer> faults() {
		return Stream.of(this.matrix.tests("connect", ConnectFaults.all()),
				this.matrix.tests("write", WriteFaults.all()), this.matrix.tests("keep-alive", KeepAliveFaults.all()),
				this.matrix.tests("slow", SlowFaults.all()), this.matrix.tests("head", HeadFaults.all()),
				this.matrix.tests("body", BodyFaults.all()), this.matrix.tests("hostile", HostileFaults.all()),
				this.matrix.tests("status", StatusFaults.all()));
	}

}
