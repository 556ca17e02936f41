package io.outboundhttp.actuate.endpoint;

import java.util.Map;

import io.outboundhttp.testsupport.Chrome;

/**
 * The page in a browser, with data that is made up.
 */
final class DashboardFixture implements AutoCloseable {

	private final Chrome chrome;

	private final StubEndpoint endpoint = new StubEndpoint();

	private Map<String, Object> overview = EndpointJson.overview();

	DashboardFixture(Chrome chrome) {
		this.chrome = chrome;
	}

	void reset() {
		this.overview = EndpointJson.overview();
		this.endpoint.serve(this.overview);
	}

	StubEndpoint endpoint() {
		return this.endpoint;
	}

	/**
	 * What is said of all clients.
	 */
	Map<String, Object> overview() {
		return this.overview;
	}

	Map<String, Object> summary(String name) {
		return EndpointJson.read(this.overview, "clients", name);
	}

	/**
	 * Add a client that is in use, and well.
	 * @return what is said of it alone
	 */
	Map<String, Object> add(String name, int leased, int available, int pending, int max) {
		Map<String, Object> client = EndpointJson.client(leased, available, pending, max);
		Map<String, Object> details = EndpointJson.details(client);
		this.endpoint.serve(name, client, details);
		return details;
	}

	/**
	 * Add a client whose only route is leaked dry.
	 * @return what is said of it alone
	 */
	Map<String, Object> addLeaking(String name, int leaks) {
		Map<String, Object> details = add(name, 20, 0, 7, 20);
		EndpointJson.leak(summary(name), details, leaks);
		return details;
	}

	void open() {
		open("");
	}

	/**
	 * Open the page, and wait until it shows data.
	 * @param hash what follows the address
	 */
	void open(String hash) {
		this.chrome.open(this.endpoint.url() + hash);
		this.chrome.awaitText("#age", "Live");
	}

	/**
	 * Let the page ask now, instead of within two seconds.
	 */
	void refresh() {
		this.chrome.run("refresh()");
	}

	@Override
	public void close() {
		this.endpoint.close();
	}

}
