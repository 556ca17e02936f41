package io.outboundhttp.advice;

/**
 * A bean that sends requests past the managed pools. Immutable.
 *
 * @param bean name of the bean
 * @param type name of its class
 * @param message what it does, and what to do about it, in a sentence
 * @param ofConcern whether a managed pool could do what it does
 * @since 0.1.0
 */
public record Stray(String bean, String type, String message, boolean ofConcern) {

}
