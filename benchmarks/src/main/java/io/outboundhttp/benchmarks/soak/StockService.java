package io.outboundhttp.benchmarks.soak;

import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.service.annotation.GetExchange;

/**
 * HTTP service of the server.
 */
interface StockService {

	/**
	 * Ask for an answer.
	 * @param fault what the server does to the request
	 * @param size length of the body
	 * @return the body
	 */
	@GetExchange("/{fault}/{size}")
	byte[] get(@PathVariable String fault, @PathVariable int size);

}
