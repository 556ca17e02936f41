package io.outboundhttp.sample.demo;

import org.springframework.context.annotation.Profile;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@link LeakingCalls} over HTTP. Without the profile {@code demo} there is no such
 * thing.
 */
@RestController
@RequestMapping("/demo/leak")
@Profile("demo")
class LeakController {

	private final LeakingCalls calls;

	LeakController(LeakingCalls calls) {
		this.calls = calls;
	}

	@PostMapping
	LeakReport leak(@RequestParam String client, @RequestParam(defaultValue = "1") int count,
			@RequestParam(defaultValue = "false") boolean dropped) {
		return this.calls.leak(client, count, dropped);
	}

	@GetMapping
	LeakReport report() {
		return this.calls.report();
	}

	@DeleteMapping
	LeakReport close() {
		return this.calls.close();
	}

}
