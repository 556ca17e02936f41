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
 * A connection was held, and is back.
 */
@Name("io.outboundhttp.Lease")
@Label("Connection Lease")
@Description("A connection of an outbound HTTP pool was held by a caller, and is back")
@Category("Outbound HTTP")
@StackTrace(false)
final class LeaseEvent extends Event {

	@Label("Client")
	@Nullable String client;

	@Label("Route")
	@Nullable String route;

	@Label("Method")
	@Nullable String method;

	@Label("URI Template")
	@Nullable String uriTemplate;

	@Label("Held")
	@Timespan(Timespan.NANOSECONDS)
	long held;

	@Label("Reused")
	boolean reused;

}
