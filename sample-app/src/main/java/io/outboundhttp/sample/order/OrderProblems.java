package io.outboundhttp.sample.order;

import io.outboundhttp.sample.catalog.UnknownSkuException;
import io.outboundhttp.sample.remote.RemoteServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Answers for orders that could not be placed. Each says whose fault it is. Asked before
 * Spring Boot's own advice, which looks at causes too and would take an upstream's
 * unreadable answer for an unreadable request.
 */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
class OrderProblems {

	private static final Logger logger = LoggerFactory.getLogger(OrderProblems.class);

	@ExceptionHandler
	ProblemDetail unknownSku(UnknownSkuException ex) {
		return problem(HttpStatus.UNPROCESSABLE_CONTENT, "Unknown article", ex);
	}

	@ExceptionHandler
	ProblemDetail declined(PaymentDeclinedException ex) {
		return problem(HttpStatus.PAYMENT_REQUIRED, "Payment declined", ex);
	}

	@ExceptionHandler
	ProblemDetail remote(RemoteServiceException ex) {
		logger.warn("{}: {}", ex.getMessage(), ex.getReason());
		ProblemDetail problem = switch (ex.getKind()) {
			case FAILED -> problem(HttpStatus.BAD_GATEWAY, "Upstream failed", ex);
			case TIMED_OUT -> problem(HttpStatus.GATEWAY_TIMEOUT, "Upstream timed out", ex);
			case NO_CONNECTION -> problem(HttpStatus.SERVICE_UNAVAILABLE, "No connection left", ex);
		};
		problem.setProperty("upstream", ex.getService());
		// What the client said names hosts and limits: right for a demo, but a service
		// that strangers call would keep it for the log.
		problem.setProperty("reason", ex.getReason());
		return problem;
	}

	private static ProblemDetail problem(HttpStatus status, String title, Exception ex) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, ex.getMessage());
		problem.setTitle(title);
		return problem;
	}

}
