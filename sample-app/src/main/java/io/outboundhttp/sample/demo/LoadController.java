package io.outboundhttp.sample.demo;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@link LoadDriver} over HTTP.
 */
@RestController
@RequestMapping("/demo/load")
class LoadController {

	private final LoadDriver driver;

	LoadController(LoadDriver driver) {
		this.driver = driver;
	}

	@PostMapping
	@ResponseStatus(HttpStatus.ACCEPTED)
	LoadReport run(@RequestParam(defaultValue = "16") int clients, @RequestParam(defaultValue = "200") int rps,
			@RequestParam(defaultValue = "20") int seconds) {
		return this.driver.run(new LoadPlan(clients, rps, seconds));
	}

	@GetMapping
	LoadReport report() {
		return this.driver.report();
	}

	@DeleteMapping
	LoadReport cancel() {
		return this.driver.cancel();
	}

}
