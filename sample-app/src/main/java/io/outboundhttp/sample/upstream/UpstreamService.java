package io.outboundhttp.sample.upstream;

import java.io.IOException;

import jakarta.servlet.http.HttpServletRequest;

/**
 * What one service answers when nothing is in trouble.
 */
@FunctionalInterface
interface UpstreamService {

	/**
	 * Answer a request.
	 * @param path the path below that of the service, always with a leading slash
	 * @param request the request
	 * @return the answer
	 * @throws IOException if the request cannot be read
	 */
	Reply reply(String path, HttpServletRequest request) throws IOException;

}
