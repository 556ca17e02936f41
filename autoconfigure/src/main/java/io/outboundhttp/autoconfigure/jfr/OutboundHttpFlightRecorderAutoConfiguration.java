package io.outboundhttp.autoconfigure.jfr;

import io.outboundhttp.autoconfigure.OutboundHttpAutoConfiguration;
import io.outboundhttp.jfr.FlightRecorderPoolListener;
import jdk.jfr.Event;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for events of the JDK's Flight
 * Recorder, where the Java runtime has it.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = OutboundHttpAutoConfiguration.class)
@ConditionalOnClass(Event.class)
@ConditionalOnBooleanProperty(name = "outbound-http.enabled", matchIfMissing = true)
public final class OutboundHttpFlightRecorderAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	FlightRecorderPoolListener outboundHttpFlightRecorderPoolListener() {
		return new FlightRecorderPoolListener();
	}

}
