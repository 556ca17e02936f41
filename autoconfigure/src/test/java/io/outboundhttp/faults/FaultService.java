package io.outboundhttp.faults;

import java.net.URI;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.PostExchange;

/**
 * HTTP service for any address.
 */
interface FaultService {

	@GetExchange
	ResponseEntity<String> get(URI uri);

	@PostExchange
	ResponseEntity<String> post(URI uri, @RequestBody String body);

}
