package io.outboundhttp.sample.upstream;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;

/**
 * {@link ConditionalOnBooleanProperty} for what exists only with the embedded upstream.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ConditionalOnBooleanProperty(name = "sample.upstream.enabled", matchIfMissing = true)
@interface ConditionalOnUpstream {

}
