package io.outboundhttp.sample.upstream;

import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;

import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tomcat valve that makes the trouble. A servlet could delay and fail as well, but only
 * the server itself can hang up without a word.
 */
final class TroubleValve extends ValveBase {

	private final TroubleSwitches switches;

	private final JsonMapper jsonMapper;

	TroubleValve(TroubleSwitches switches, JsonMapper jsonMapper) {
		super(true);
		this.switches = switches;
		this.jsonMapper = jsonMapper;
	}

	@Override
	public void invoke(Request request, Response response) throws IOException, ServletException {
		Trouble trouble = this.switches.get(service(request));
		if (trouble.delay() != null && !pause(trouble.delay())) {
			hangUp(response);
			return;
		}
		if (trouble.share() != null && ThreadLocalRandom.current().nextDouble() < trouble.share()) {
			UpstreamServlet.write(Reply.error(503, "in trouble, as you wished"), response, this.jsonMapper);
			return;
		}
		if (Boolean.TRUE.equals(trouble.announce())) {
			response.setHeader("Connection", "close");
		}
		getNext().invoke(request, response);
		if (Boolean.FALSE.equals(trouble.announce())) {
			// The answer is complete and promises to keep the connection; then it is
			// gone.
			response.finishResponse();
			hangUp(response);
		}
	}

	private static void hangUp(Response response) {
		response.getCoyoteResponse().action(ActionCode.CLOSE_NOW, null);
	}

	private static String service(Request request) {
		String[] segments = request.getDecodedRequestURI().split("/", 3);
		return (segments.length > 1) ? segments[1] : "";
	}

	private static boolean pause(long millis) {
		try {
			Thread.sleep(millis);
			return true;
		}
		catch (InterruptedException ex) {
			// The server stops
			Thread.currentThread().interrupt();
			return false;
		}
	}

}
