package io.outboundhttp.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.outboundhttp.pool.admission.Threads;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;

/**
 * Program in which 200 virtual threads share one connection. It ends when all are served.
 */
final class TwoCarriersApplication {

	private static final int THREADS = 200;

	private static final int CALLS = 5;

	private TwoCarriersApplication() {
	}

	/**
	 * Run the program.
	 * @param args not used
	 * @throws Exception if a connection cannot be closed
	 */
	public static void main(String[] args) throws Exception {
		AtomicInteger served = new AtomicInteger();
		try (TestHttpServer server = TestHttpServer.start();
				ConnectionPools pools = PoolFixture.pools(TimeSource.system())) {
			ConnectionPool pool = pools.open("a", PoolFixture.settings(), PoolFixture.manager(1));
			try (CloseableHttpClient client = PoolFixture.client(pools, pool)) {
				CountDownLatch all = new CountDownLatch(1);
				List<Thread> threads = new ArrayList<>();
				for (int i = 0; i < THREADS; i++) {
					threads.add(Threads.VIRTUAL.start("caller-" + i, () -> {
						try {
							all.await();
							for (int call = 0; call < CALLS; call++) {
								served.addAndGet(PoolFixture.get(client, server.url()).equals("ok") ? 1 : 0);
							}
						}
						catch (Exception ex) {
							ex.printStackTrace();
						}
					}));
				}
				all.countDown();
				for (Thread thread : threads) {
					thread.join();
				}
			}
			System.out.println("served " + served + " over " + server.connectionsAccepted() + " connection");
		}
	}

}
