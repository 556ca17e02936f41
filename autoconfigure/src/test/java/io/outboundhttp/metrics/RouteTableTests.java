package io.outboundhttp.metrics;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RouteTable}.
 */
class RouteTableTests {

	private final List<MeteredRoute> added = new ArrayList<>();

	@Test
	@DisplayName("O5 addresses that differ make no routes, and no table that grows without end")
	void addressesThatDifferAreBounded() throws Exception {
		RouteTable table = new RouteTable("a", new RouteTag(true, 5));
		for (int i = 0; i < 3000; i++) {
			InetAddress address = InetAddress.getByAddress(new byte[] { 10, 0, (byte) (i >> 8), (byte) i });
			HttpRoute route = new HttpRoute(new HttpHost("http", address, "h", 80));
			assertThat(table.findOrAdd(route, this.added::add)).isSameAs(this.added.get(0));
		}
		assertThat(this.added).singleElement().extracting(MeteredRoute::tagValue).isEqualTo("http://h:80");
		assertThat(table.hostCount()).isEqualTo(1000);
	}

	@Test
	void allRoutesAreOneWhereMetersDoNotCarryTheRoute() {
		RouteTable table = new RouteTable("a", RouteTag.OFF);
		MeteredRoute whole = table.find(new HttpRoute(new HttpHost("h", 80)));
		assertThat(whole).isNotNull().isSameAs(table.find(new HttpRoute(new HttpHost("i", 80))));
		assertThat(whole.tagValue()).isNull();
		assertThat(table.all()).containsExactly(whole);
	}

}
