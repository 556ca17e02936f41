package io.outboundhttp.faults;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

	/**
	 * Return all faults of servers of our own, by kind.
	 */
	static Map<String, List<Fault>> faults() {
		Map<String, List<Fault>> faults = new LinkedHashMap<>();
		faults.put("connect", ConnectFaults.all());
		faults.put("tls", TlsFaults.all());
		faults.put("proxy", ProxyFaults.all());
		faults.put("write", WriteFaults.all());
		faults.put("keep-alive", KeepAliveFaults.all());
		faults.put("slow", SlowFaults.all());
		faults.put("head", HeadFaults.all());
		faults.put("body", BodyFaults.all());
		faults.put("hostile", HostileFaults.all());
		faults.put("status", StatusFaults.all());
		return faults;
	}

	@TestFactory
	@DisplayName("a fault is an error of its type or an answer, and leaves nothing behind")
	Stream<DynamicContainer> faultLeavesNothingBehind() {
		return faults().entrySet()
			.stream()
			.map((kind) -> this.matrix.tests(kind.getKey(), kind.getValue()))
			.toList()
			.stream();
	}

}
