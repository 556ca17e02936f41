package io.outboundhttp.actuate.endpoint;

import io.outboundhttp.advice.Stray;

/**
 * A bean that sends requests past the managed pools.
 *
 * @param bean name of the bean
 * @param type name of its class
 * @param message what it does, and what to do about it
 * @since 0.1.0
 */
public record StrayDescriptor(String bean, String type, String message) {

	static StrayDescriptor of(Stray stray) {
		return new StrayDescriptor(stray.bean(), stray.type(), stray.message());
	}

}
