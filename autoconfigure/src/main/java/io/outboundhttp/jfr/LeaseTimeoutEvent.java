package io.outboundhttp.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * A caller got no connection.
 */
@Name("io.outboundhttp.LeaseTimeout")
@Label("Connection Lease Timeout")
@Description("A caller got no connection of an outbound HTTP pool in time, or was turned away at once")
@Category("Outbound HTTP")
final class LeaseTimeoutEvent extends Event {

	@Label("Client")
	@Nullable String client;

	@Label("Route")
	@Nullable String route;

	@Label("Waited")
	@Timespan(Timespan.NANOSECONDS)
	long waited;

	@Label("Turned Away")
	@Description("Whether so many callers waited that this one was turned away")
	boolean rejected;

}
