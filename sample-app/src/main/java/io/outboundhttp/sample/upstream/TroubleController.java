package io.outboundhttp.sample.upstream;

import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@link TroubleSwitches} over HTTP.
 */
@RestController
@RequestMapping("/demo/trouble")
@ConditionalOnUpstream
class TroubleController {

	private final TroubleSwitches switches;

	TroubleController(TroubleSwitches switches) {
		this.switches = switches;
	}

	@GetMapping
	Map<String, Trouble> get() {
		return this.switches.all();
	}

	@PostMapping
	Map<String, Trouble> set(@RequestParam String service, @RequestParam String mode,
			@RequestParam(required = false) @Nullable Long delay,
			@RequestParam(required = false) @Nullable Double share,
			@RequestParam(required = false) @Nullable Boolean announce) {
		this.switches.set(service, Trouble.of(mode, delay, share, announce));
		return this.switches.all();
	}

	@DeleteMapping
	Map<String, Trouble> clear() {
		this.switches.clear();
		return this.switches.all();
	}

}
