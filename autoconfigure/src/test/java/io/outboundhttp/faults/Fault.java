package io.outboundhttp.faults;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.outboundhttp.CallPhase;
import io.outboundhttp.testsupport.Handler;
import org.jspecify.annotations.Nullable;

/**
 * One way in which a request can go wrong, and what comes of it: a row of the matrix.
 * Immutable.
 *
 * @param name what happens
 * @param setup lets it happen
 * @param verbs methods of the requests that meet it
 * @param schemes whether it is met within TLS
 * @param profile settings of the client
 * @param get what comes of a GET
 * @param post what comes of a POST
 * @param next method of the next request, {@code null} for the same
 */
record Fault(String name, Setup setup, Set<Verb> verbs, Set<Scheme> schemes, Profile profile, Expectation get,
		Expectation post, @Nullable Verb next) {

	/**
	 * Create a fault of a server that is spoken to.
	 * @param name what happens
	 * @param handler lets it happen to requests for {@link Stage#PATH}
	 */
	static Fault fault(String name, Handler handler) {
		return staged(name, (stage) -> stage.handle(handler));
	}

	/**
	 * Create a fault of a server that sends some text and closes the connection in good
	 * order.
	 */
	static Fault closing(String name, String text) {
		return fault(name, (exchange) -> {
			exchange.write(text);
			exchange.hangUp();
		});
	}

	/**
	 * Create a fault of a server that sends some text and resets the connection.
	 */
	static Fault resetting(String name, String text) {
		return fault(name, (exchange) -> {
			exchange.write(text);
			exchange.closeAbruptly();
		});
	}

	/**
	 * Create a fault of a server that sends some text and goes on as if it was a
	 * response.
	 */
	static Fault sending(String name, String text) {
		return fault(name, (exchange) -> exchange.write(text));
	}

	/**
	 * Create a fault of any kind.
	 * @param name what happens
	 * @param setup lets it happen
	 */
	static Fault staged(String name, Setup setup) {
		Expectation none = new Expectation(null, List.of(), null, 1);
		return new Fault(name, setup, EnumSet.allOf(Verb.class), EnumSet.allOf(Scheme.class), Profile.PATIENT, none,
				none, null);
	}

	Expectation expectation(Verb verb) {
		return (verb == Verb.GET) ? this.get : this.post;
	}

	Verb next(Verb verb) {
		return (this.next != null) ? this.next : verb;
	}

	/**
	 * Expect an exception.
	 */
	Fault fails(Class<? extends IOException> type) {
		return expect(null, List.of(type), null);
	}

	/**
	 * Expect an exception of one or the other type.
	 */
	Fault fails(Class<? extends IOException> type, Class<? extends IOException> other) {
		return expect(null, List.of(type, other), null);
	}

	/**
	 * Expect one of our exceptions.
	 */
	Fault fails(Class<? extends IOException> type, CallPhase phase) {
		return expect(null, List.of(type), phase);
	}

	/**
	 * Expect an answer.
	 */
	Fault answers(int status, String body) {
		return expect(new Answer(status, body), List.of(), null);
	}

	/**
	 * Expect an answer with any body.
	 */
	Fault answers(int status) {
		return expect(new Answer(status, null), List.of(), null);
	}

	/**
	 * Expect an exception in place of the answer, or in place of the other exceptions.
	 */
	Fault orFails(Class<? extends IOException> type) {
		List<Class<? extends IOException>> types = new ArrayList<>(this.get.failures());
		types.add(type);
		return expect(this.get.answer(), List.copyOf(types), null);
	}

	/**
	 * Expect something else of a POST.
	 */
	Fault butPost(Fault other) {
		return new Fault(this.name, this.setup, this.verbs, this.schemes, this.profile, this.get, other.post,
				this.next);
	}

	/**
	 * Say how often the request reaches the server, once if nothing is said.
	 */
	Fault sent(int get, int post) {
		return new Fault(this.name, this.setup, this.verbs, this.schemes, this.profile, sent(this.get, get),
				sent(this.post, post), this.next);
	}

	private static Expectation sent(Expectation expectation, int sent) {
		return new Expectation(expectation.answer(), expectation.failures(), expectation.phase(), sent);
	}

	private Fault expect(@Nullable Answer answer, List<Class<? extends IOException>> failures,
			@Nullable CallPhase phase) {
		return new Fault(this.name, this.setup, this.verbs, this.schemes, this.profile,
				new Expectation(answer, failures, phase, this.get.sent()),
				new Expectation(answer, failures, phase, this.post.sent()), this.next);
	}

	Fault only(Verb verb) {
		return new Fault(this.name, this.setup, Set.of(verb), this.schemes, this.profile, this.get, this.post,
				this.next);
	}

	Fault only(Scheme scheme) {
		return new Fault(this.name, this.setup, this.verbs, Set.of(scheme), this.profile, this.get, this.post,
				this.next);
	}

	Fault with(Profile profile) {
		return new Fault(this.name, this.setup, this.verbs, this.schemes, profile, this.get, this.post, this.next);
	}

	/**
	 * Say that the connection is lost without a word after the response, so that the next
	 * request must be one that can be sent again.
	 */
	Fault thenGet() {
		return new Fault(this.name, this.setup, this.verbs, this.schemes, this.profile, this.get, this.post, Verb.GET);
	}

	Stream<Cell> cells() {
		return Stream.of(Scheme.values())
			.filter(this.schemes::contains)
			.flatMap((scheme) -> Stream.of(Verb.values())
				.filter(this.verbs::contains)
				.flatMap((verb) -> Stream.of(Api.values()).map((api) -> new Cell(this, scheme, verb, api))));
	}

	/**
	 * Lets a fault happen.
	 */
	@FunctionalInterface
	interface Setup {

		/**
		 * Let it happen.
		 * @param stage where
		 * @throws Exception if that is not possible
		 */
		void prepare(Stage stage) throws Exception;

	}

	/**
	 * Cell of the matrix: one fault through one way to call.
	 *
	 * @param fault the fault
	 * @param scheme whether it is met within TLS
	 * @param verb the method
	 * @param api the way to call
	 */
	record Cell(Fault fault, Scheme scheme, Verb verb, Api api) {

		@Override
		public String toString() {
			return this.scheme + " " + this.verb + " " + this.api;
		}

	}

}
