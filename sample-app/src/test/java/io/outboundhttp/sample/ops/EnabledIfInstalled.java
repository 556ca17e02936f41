package io.outboundhttp.sample.ops;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

import org.springframework.core.annotation.AnnotatedElementUtils;

/**
 * Skips tests, and says so, where a program is not installed.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(EnabledIfInstalled.Condition.class)
@interface EnabledIfInstalled {

	/**
	 * Name of the program.
	 * @return the name
	 */
	String value();

	/**
	 * Looks for the program.
	 */
	final class Condition implements ExecutionCondition {

		@Override
		public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
			EnabledIfInstalled annotation = AnnotatedElementUtils.findMergedAnnotation(context.getRequiredTestClass(),
					EnabledIfInstalled.class);
			String program = (annotation != null) ? annotation.value() : "";
			return (Programs.find(program) != null) ? ConditionEvaluationResult.enabled(program + " is installed")
					: ConditionEvaluationResult
						.disabled("'%s' is not installed (Debian: apt-get install prometheus)".formatted(program));
		}

	}

}
