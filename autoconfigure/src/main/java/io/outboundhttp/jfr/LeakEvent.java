package io.outboundhttp.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * A leaked lease was found.
 */
@Name("io.outboundhttp.Leak")
@Label("Connection Leak")
@Description("A connection of an outbound HTTP pool is leaked by its caller")
@Category("Outbound HTTP")
@StackTrace(false)
final class LeakEvent extends Event {

	@Label("Client")
	@Nullable String client;

	@Label("Route")
	@Nullable String route;

	@Label("Kind")
	@Nullable String kind;

	@Label("Method")
	@Nullable String method;

	@Label("URI Template")
	@Nullable String uriTemplate;

	@Label("Thread")
	@Description("Thread that took the connection")
	@Nullable String thread;

	@Label("Age")
	@Timespan(Timespan.MILLISECONDS)
	long age;

	@Label("Taken Back")
	boolean reclaimed;

	@Label("Stack")
	@Description("Stack of the caller when it took the connection, if it was sampled")
	@Nullable String stack;

}
