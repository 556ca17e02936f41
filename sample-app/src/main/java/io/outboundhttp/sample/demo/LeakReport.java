package io.outboundhttp.sample.demo;

import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Responses that nobody closed.
 *
 * @param held how many, by client
 * @param stoppedBy why there are fewer than were asked for, if so
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LeakReport(Map<String, Integer> held, @Nullable String stoppedBy) {

}
