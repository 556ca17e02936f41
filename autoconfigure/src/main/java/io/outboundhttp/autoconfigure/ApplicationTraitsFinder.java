package io.outboundhttp.autoconfigure;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.outboundhttp.advice.ApplicationTraits;
import io.outboundhttp.advice.ApplicationTraits.OuterRetry;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.thread.Threading;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Finds out what the application is beside its clients. What costs time is done once, and
 * only where something repeats calls at all.
 */
final class ApplicationTraitsFinder implements Supplier<ApplicationTraits> {

	private static final String LOAD_BALANCER_RETRY = "org.springframework.cloud.client.loadbalancer.RetryLoadBalancerInterceptor";

	private static final String LOAD_BALANCER_KEY = "spring.cloud.loadbalancer.retry.max-retries-on-";

	private final ConfigurableListableBeanFactory beanFactory;

	private final Environment environment;

	private volatile @Nullable ApplicationTraits found;

	ApplicationTraitsFinder(ConfigurableListableBeanFactory beanFactory, Environment environment) {
		this.beanFactory = beanFactory;
		this.environment = environment;
	}

	@Override
	public ApplicationTraits get() {
		ApplicationTraits traits = this.found;
		if (traits == null) {
			traits = new ApplicationTraits(Threading.VIRTUAL.isActive(this.environment), outerRetries());
			this.found = traits;
		}
		return traits;
	}

	private List<OuterRetry> outerRetries() {
		List<OuterRetry> retries = new ArrayList<>();
		for (Annotated annotated : Annotated.values()) {
			OuterRetry largest = hasBean(annotated.enabler) ? largest(annotated) : null;
			if (largest != null) {
				retries.add(largest);
			}
		}
		if (hasBean(LOAD_BALANCER_RETRY)) {
			retries.add(new OuterRetry("Spring Cloud LoadBalancer",
					(loadBalancer("same-service-instance", 0) + 1) * (loadBalancer("next-service-instance", 1) + 1) - 1,
					true));
		}
		return retries;
	}

	private long loadBalancer(String key, long builtIn) {
		return this.environment.getProperty(LOAD_BALANCER_KEY + key, Long.class, builtIn);
	}

	private boolean hasBean(String type) {
		ClassLoader classLoader = this.beanFactory.getBeanClassLoader();
		return ClassUtils.isPresent(type, classLoader) && this.beanFactory
			.getBeanNamesForType(ClassUtils.resolveClassName(type, classLoader), true, false).length > 0;
	}

	/**
	 * Return the method that is repeated most often.
	 */
	private @Nullable OuterRetry largest(Annotated annotated) {
		OuterRetry largest = null;
		for (String bean : this.beanFactory.getBeanDefinitionNames()) {
			Class<?> type = type(bean);
			if (type == null || type.getName().startsWith("org.springframework.")) {
				continue;
			}
			for (Map.Entry<Method, Long> method : retries(annotated, type).entrySet()) {
				if (largest == null || method.getValue() > largest.maxRetries()) {
					largest = new OuterRetry("@Retryable on " + type.getSimpleName() + "." + method.getKey().getName(),
							method.getValue(), false);
				}
			}
		}
		return largest;
	}

	/**
	 * Return the class behind a bean's proxy.
	 */
	private @Nullable Class<?> type(String bean) {
		Object target = this.beanFactory.getMergedBeanDefinition(bean)
			.getAttribute(AutoProxyUtils.ORIGINAL_TARGET_CLASS_ATTRIBUTE);
		Class<?> type = (target instanceof Class<?> known) ? known : this.beanFactory.getType(bean, false);
		return (type != null) ? ClassUtils.getUserClass(type) : null;
	}

	private Map<Method, Long> retries(Annotated annotated, Class<?> type) {
		MergedAnnotation<?> ofType = annotated.on(MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY));
		return MethodIntrospector.selectMethods(type, (MethodIntrospector.MetadataLookup<Long>) (method) -> {
			MergedAnnotation<?> own = annotated.on(MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY));
			MergedAnnotation<?> applying = own.isPresent() ? own : ofType;
			boolean applies = applying.isPresent() && method.getDeclaringClass() != Object.class;
			return applies ? annotated.maxRetries(applying, this::resolve) : null;
		});
	}

	private @Nullable Long resolve(String text) {
		String resolved = this.beanFactory.resolveEmbeddedValue(text);
		try {
			return (resolved != null && !resolved.isEmpty()) ? Long.valueOf(resolved.trim()) : null;
		}
		catch (NumberFormatException ex) {
			// an expression that is evaluated at each call
			return null;
		}
	}

	/**
	 * Annotations that have calls repeated.
	 */
	private enum Annotated {

		FRAMEWORK("org.springframework.resilience.annotation.Retryable",
				"org.springframework.resilience.annotation.RetryAnnotationBeanPostProcessor", "maxRetries",
				"maxRetriesString", 0),

		SPRING_RETRY("org.springframework.retry.annotation.Retryable",
				"org.springframework.retry.annotation.RetryConfiguration", "maxAttempts", "maxAttemptsExpression", 1);

		private final String annotation;

		private final String enabler;

		private final String number;

		private final String text;

		/** What of the number are first attempts. */
		private final long first;

		Annotated(String annotation, String enabler, String number, String text, long first) {
			this.annotation = annotation;
			this.enabler = enabler;
			this.number = number;
			this.text = text;
			this.first = first;
		}

		MergedAnnotation<?> on(MergedAnnotations annotations) {
			return annotations.get(this.annotation);
		}

		long maxRetries(MergedAnnotation<?> applying, Resolver resolver) {
			Long resolved = resolver.resolve(applying.getString(this.text));
			long number = (resolved != null) ? resolved
					: applying.getValue(this.number, Number.class).map(Number::longValue).orElse(this.first);
			return Math.max(0, number - this.first);
		}

	}

	/**
	 * Resolves what is given as a text.
	 */
	private interface Resolver {

		@Nullable Long resolve(String text);

	}

}
