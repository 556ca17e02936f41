package io.outboundhttp.sample.remote;

/**
 * A call to another service failed. The message names the service and what happened; the
 * {@link #getReason() reason} is what the client said about it.
 */
public class RemoteServiceException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String service;

	private final FailureKind kind;

	private final String reason;

	RemoteServiceException(String service, FailureKind kind, String message, String reason, Throwable cause) {
		super(message, cause);
		this.service = service;
		this.kind = kind;
		this.reason = reason;
	}

	public String getService() {
		return this.service;
	}

	public FailureKind getKind() {
		return this.kind;
	}

	public String getReason() {
		return this.reason;
	}

}
