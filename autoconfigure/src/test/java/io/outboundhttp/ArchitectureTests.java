package io.outboundhttp;

import java.lang.annotation.Annotation;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import io.outboundhttp.pool.TimeSource;
import org.jspecify.annotations.NullMarked;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.Configuration;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/**
 * Tests for the structure of the main code.
 */
@AnalyzeClasses(packages = "io.outboundhttp", importOptions = DoNotIncludeTests.class)
class ArchitectureTests {

	@ArchTest
	static final ArchRule poolKnowsOnlyTheJdkHttpComponentsAndSlf4j = classes().that()
		.resideInAPackage("io.outboundhttp.pool..")
		.should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage("io.outboundhttp", "io.outboundhttp.pool..", "java..", "javax.net..", "org.apache.hc..",
				"org.slf4j..", "org.jspecify.annotations..");

	@ArchTest
	static final ArchRule callsKnowNothingOfSpring = classes().that()
		.resideInAPackage("io.outboundhttp.call..")
		.should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage("io.outboundhttp", "io.outboundhttp.call..", "io.outboundhttp.pool", "java..",
				"javax.net..", "org.apache.hc..", "org.slf4j..", "org.jspecify.annotations..");

	@ArchTest
	static final ArchRule whatUsersMeetKnowsNothingOfTheRest = noClasses().that()
		.resideInAPackage("io.outboundhttp")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("io.outboundhttp.*..");

	@ArchTest
	static final ArchRule admissionKnowsNothingOfHttp = classes().that()
		.resideInAPackage("io.outboundhttp.pool.admission..")
		.should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage("io.outboundhttp.pool.admission..", "java..", "org.slf4j..", "org.jspecify.annotations..");

	@ArchTest
	static final ArchRule connectKnowsNothingOfThePool = noClasses().that()
		.resideInAPackage("io.outboundhttp.pool.connect..")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.outboundhttp.pool");

	@ArchTest
	static final ArchRule egressKnowsNothingOfThePool = noClasses().that()
		.resideInAPackage("io.outboundhttp.pool.egress..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("io.outboundhttp.pool", "io.outboundhttp.pool.connect..");

	@ArchTest
	static final ArchRule noMicrometerBelowItsOwnPackage = noClasses().that()
		.resideOutsideOfPackages("io.outboundhttp.metrics..", "io.outboundhttp.autoconfigure.metrics..")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.micrometer..");

	@ArchTest
	static final ArchRule dependenciesPointOneWay = layeredArchitecture().consideringOnlyDependenciesInLayers()
		.layer("autoconfigure")
		.definedBy("io.outboundhttp.autoconfigure..")
		.layer("actuate")
		.definedBy("io.outboundhttp.actuate..")
		.layer("health")
		.definedBy("io.outboundhttp.health..")
		.layer("metrics")
		.definedBy("io.outboundhttp.metrics..")
		.layer("advice")
		.definedBy("io.outboundhttp.advice..")
		.layer("client")
		.definedBy("io.outboundhttp.client..")
		.layer("call")
		.definedBy("io.outboundhttp.call..")
		.layer("pool")
		.definedBy("io.outboundhttp.pool..")
		.whereLayer("autoconfigure")
		.mayNotBeAccessedByAnyLayer()
		.whereLayer("actuate")
		.mayOnlyBeAccessedByLayers("autoconfigure")
		.whereLayer("health")
		.mayOnlyBeAccessedByLayers("autoconfigure")
		.whereLayer("metrics")
		.mayOnlyBeAccessedByLayers("autoconfigure")
		.whereLayer("advice")
		.mayOnlyBeAccessedByLayers("autoconfigure", "actuate")
		.whereLayer("client")
		.mayOnlyBeAccessedByLayers("autoconfigure", "actuate", "health", "metrics", "advice")
		.whereLayer("call")
		.mayOnlyBeAccessedByLayers("autoconfigure", "actuate", "client", "advice");

	@ArchTest
	static final ArchRule packagesAreFreeOfCycles = slices().matching("io.outboundhttp.(**)").should().beFreeOfCycles();

	@ArchTest
	static final ArchRule timeComesFromTheTimeSource = noClasses().that()
		.doNotBelongToAnyOf(TimeSource.class)
		.and() // dates in Retry-After are of the time of day
		.doNotHaveFullyQualifiedName("io.outboundhttp.call.CallChain")
		.should()
		.accessTargetWhere(systemClock());

	@ArchTest
	static final ArchRule autoConfigurationsArePublicAndFinal = classes().that()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.bePublic()
		.andShould()
		.haveModifier(JavaModifier.FINAL);

	@ArchTest
	static final ArchRule nestedConfigurationsAreNotPublic = classes().that()
		.areAnnotatedWith(Configuration.class)
		.and()
		.areNotAnnotatedWith(AutoConfiguration.class)
		.should()
		.notBePublic();

	@ArchTest
	static final ArchRule beanMethodsArePackagePrivate = methods().that()
		.areAnnotatedWith(Bean.class)
		.should()
		.bePackagePrivate();

	@ArchTest
	static final ArchRule classConditionsStandOnClasses = noMethods().should()
		.beAnnotatedWith(ConditionalOnClass.class)
		.because("the method's own signature may name the missing class");

	@ArchTest
	static final ArchRule conditionsAreNotPublic = classes().that()
		.areAssignableTo(Condition.class)
		.should()
		.notBePublic();

	@ArchTest
	static final ArchRule packagesAreNullMarked = classes().should(bePartOfPackageAnnotatedWith(NullMarked.class));

	@ArchTest
	static final ArchRule noStandardStreams = GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

	@ArchTest
	static final ArchRule noJavaUtilLogging = GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

	/**
	 * Includes method references, which {@code callMethod} does not see.
	 */
	private static DescribedPredicate<JavaAccess<?>> systemClock() {
		return new DescribedPredicate<>("the target is a clock of java.lang.System or java.time") {

			@Override
			public boolean test(JavaAccess<?> access) {
				String owner = access.getTargetOwner().getName();
				String name = access.getName();
				return (owner.equals("java.lang.System")
						&& (name.equals("nanoTime") || name.equals("currentTimeMillis")))
						|| (owner.startsWith("java.time.") && name.equals("now"));
			}

		};
	}

	private static ArchCondition<JavaClass> bePartOfPackageAnnotatedWith(Class<? extends Annotation> annotation) {
		return new ArchCondition<>("be in a package annotated with @" + annotation.getSimpleName()) {

			@Override
			public void check(JavaClass item, ConditionEvents events) {
				events.add(new SimpleConditionEvent(item, item.getPackage().isAnnotatedWith(annotation),
						"package " + item.getPackageName()));
			}

		};
	}

}
