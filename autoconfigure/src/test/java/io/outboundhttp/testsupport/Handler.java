package io.outboundhttp.testsupport;

/**
 * Answers requests of a {@link TestHttpServer}. Called on the thread of the connection,
 * so concurrently. When it returns without having answered, the server answers 200 "ok".
 */
@FunctionalInterface
public interface Handler {

	/**
	 * Answer one request.
	 * @param exchange the request and the means to answer it
	 * @throws Exception anything; kept for {@link TestHttpServer#failures()}, answered
	 * with 500 where that is still possible
	 */
	void handle(Exchange exchange) throws Exception;

	/**
	 * Return a handler that answers with a status and a text.
	 * @param status the status
	 * @param body the body
	 * @return the handler
	 */
	static Handler respond(int status, String body) {
		return (exchange) -> exchange.respond(status, body);
	}

	/**
	 * Return a handler that answers 200 with JSON.
	 * @param body the body
	 * @return the handler
	 */
	static Handler json(String body) {
		return (exchange) -> exchange.respondJson(body);
	}

	/**
	 * Return a handler that redirects with 302.
	 * @param location the value of {@code Location}
	 * @return the handler
	 */
	static Handler redirect(String location) {
		return (exchange) -> exchange.respond(302, Headers.of("Location", location), "");
	}

	/**
	 * Return a handler that leaves the client without an answer.
	 * @return the handler
	 * @see Exchange#stall()
	 */
	static Handler stall() {
		return Exchange::stall;
	}

	/**
	 * Return a handler that resets the connection instead of answering.
	 * @return the handler
	 */
	static Handler closeAbruptly() {
		return Exchange::closeAbruptly;
	}

	/**
	 * Return a handler that closes the connection in good order instead of answering.
	 * @return the handler
	 */
	static Handler hangUp() {
		return Exchange::hangUp;
	}

}
