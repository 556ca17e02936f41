package io.outboundhttp.sample.upstream;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import tools.jackson.databind.json.JsonMapper;

/**
 * Servlet that serves one {@link UpstreamService} as JSON. Its root says what it is, so
 * that there is always something to read.
 */
final class UpstreamServlet extends HttpServlet {

	private static final long serialVersionUID = 1L;

	private final transient Upstream upstream;

	private final transient UpstreamService service;

	private final transient JsonMapper jsonMapper;

	UpstreamServlet(Upstream upstream, UpstreamService service, JsonMapper jsonMapper) {
		this.upstream = upstream;
		this.service = service;
		this.jsonMapper = jsonMapper;
	}

	@Override
	protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
		String path = request.getPathInfo();
		Reply reply = (path == null || path.equals("/")) ? Reply.ok(Map.of("service", this.upstream.toString()))
				: this.service.reply(path, request);
		write(reply, response, this.jsonMapper);
	}

	/**
	 * Write an answer. Its length is always announced, so that the client knows where it
	 * ends without the connection being closed.
	 */
	static void write(Reply reply, HttpServletResponse response, JsonMapper jsonMapper) throws IOException {
		byte[] json = (jsonMapper.writeValueAsString(reply.body()) + "\n").getBytes(StandardCharsets.UTF_8);
		response.setStatus(reply.status());
		response.setContentType("application/json");
		response.setContentLength(json.length);
		response.getOutputStream().write(json);
	}

}
