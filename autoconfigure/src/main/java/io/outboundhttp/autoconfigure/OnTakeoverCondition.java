package io.outboundhttp.autoconfigure;

import io.outboundhttp.client.ClientDefinition;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Condition that matches when Boot's own builders use managed pools: unless that is
 * switched off, or there is no client {@code default} for them.
 */
class OnTakeoverCondition extends SpringBootCondition {

	static final String KEY = OutboundHttpProperties.PREFIX + ".takeover";

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Takeover of Spring Boot's HTTP clients");
		if (!isOn(context.getEnvironment())) {
			return ConditionOutcome.noMatch(message.because("it is switched off"));
		}
		return ConditionOutcome.match(message.because("it is not switched off"));
	}

	static boolean isOn(Environment environment) {
		OutboundHttpProperties properties = OutboundHttpPropertiesBinding.bind(environment);
		return properties.isTakeover()
				&& OutboundHttpPropertiesBinding.enabledNames(properties).contains(ClientDefinition.DEFAULT_NAME);
	}

}
