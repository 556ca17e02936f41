package io.outboundhttp.autoconfigure;

import io.outboundhttp.client.ClientDefinition;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
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

	/**
	 * Look at the few keys that matter. The condition is evaluated many times in a start,
	 * and binding all clients takes long where there are many.
	 * @param environment where the properties come from
	 * @return whether there is a takeover
	 */
	static boolean isOn(Environment environment) {
		Binder binder = Binder.get(environment);
		return EnabledClients.isTrue(binder, KEY) && EnabledClients.contains(binder, ClientDefinition.DEFAULT_NAME);
	}

}
