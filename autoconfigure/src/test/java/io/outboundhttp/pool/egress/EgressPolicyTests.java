package io.outboundhttp.pool.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;

import io.outboundhttp.EgressDeniedException.Reason;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EgressPolicy} and {@link EgressTarget}.
 */
class EgressPolicyTests {

	private static final EgressTarget API = EgressRuleTests.target("https", "api.example.com", 443);

	private static final EgressTarget OTHER = EgressRuleTests.target("https", "other.example", 443);

	@Test
	void withoutRulesNothingIsDenied() {
		assertThat(EgressPolicy.NONE.isOff()).isTrue();
		assertThat(EgressPolicy.NONE.denial(API)).isNull();
		assertThat(EgressPolicy.NONE.needsAddresses(API)).isFalse();
		assertThat(EgressPolicy.NONE.denial(API, address("10.0.0.1"))).isNull();
	}

	@Test
	void denyWinsOverAllow() {
		EgressPolicy policy = policy(List.of("*.example.com"), "api.example.com");
		assertThat(policy.denial(API)).isEqualTo(new EgressDenial(API, Reason.DENY_RULE, "api.example.com", null));
		EgressPolicy ofAddress = policy(List.of("10.0.0.0/8"), "10.1.0.0/16");
		assertThat(ofAddress.denial(API, address("10.1.2.3")))
			.isEqualTo(new EgressDenial(API, Reason.DENY_RULE, "10.1.0.0/16", "10.1.2.3"));
		assertThat(ofAddress.denial(API, address("10.2.2.3"))).isNull();
	}

	@Test
	void withoutListThatAllowsWhatIsNotDeniedIsAllowed() {
		EgressPolicy policy = policy(null, "other.example");
		assertThat(policy.denial(API)).isNull();
		assertThat(policy.needsAddresses(API)).isFalse();
		assertThat(policy.denial(OTHER)).isNotNull();
	}

	@Test
	void withListThatAllowsOneOfItsRulesMustMatch() {
		EgressPolicy policy = policy(List.of("*.example.com", "https://third.example"));
		assertThat(policy.denial(API)).isNull();
		assertThat(policy.needsAddresses(API)).isFalse();
		assertThat(policy.denial(OTHER)).isEqualTo(new EgressDenial(OTHER, Reason.NO_ALLOW_RULE, null, null));
		assertThat(policy.denial(EgressRuleTests.target("http", "third.example", 80))).isNotNull();
	}

	@Test
	void emptyListThatAllowsAllowsNothing() {
		EgressPolicy policy = policy(List.of());
		assertThat(policy.isOff()).isFalse();
		assertThat(policy.denial(API)).isEqualTo(new EgressDenial(API, Reason.NO_ALLOW_RULE, null, null));
	}

	@Test
	void hostThatIsAllowedMayHaveAnyAddressThatIsNotDenied() {
		EgressPolicy policy = policy(List.of("*.example.com", "192.168.0.0/16"), "10.0.0.0/8");
		assertThat(policy.needsAddresses(API)).isTrue();
		assertThat(policy.denial(API, address("8.8.8.8"))).isNull();
		assertThat(policy.denial(API, address("10.0.0.1"))).isNotNull();
	}

	@Test
	void hostThatIsNotAllowedNeedsAnAddressThatIs() {
		EgressPolicy policy = policy(List.of("*.example.com", "192.168.0.0/16"));
		assertThat(policy.denial(OTHER)).as("depends on its addresses").isNull();
		assertThat(policy.needsAddresses(OTHER)).isTrue();
		assertThat(policy.denial(OTHER, address("192.168.3.4"))).isNull();
		assertThat(policy.denial(OTHER, address("8.8.8.8")))
			.isEqualTo(new EgressDenial(OTHER, Reason.NO_ALLOW_RULE, null, "8.8.8.8"));
	}

	@Test
	void rangeOfAnotherPortAllowsNothing() {
		EgressPolicy policy = policy(List.of("192.168.0.0/16:80"));
		assertThat(policy.denial(OTHER)).as("before any look-up").isNotNull();
	}

	@Test
	void addressThatIsOnlyEmbeddedIsDeniedButNotAllowed() {
		assertThat(policy(null, "10.0.0.0/8").denial(API, address("64:ff9b::10.0.0.1"))).isNotNull();
		assertThat(policy(List.of("10.0.0.0/8")).denial(API, address("64:ff9b::10.0.0.1"))).isNotNull();
	}

	@Test
	void unresolvedTargetIsDeniedUnlessItMayBeLeftToTheProxy() {
		EgressPolicy deny = policy(null, "10.0.0.0/8");
		assertThat(reason(deny.denialUnresolved(API))).isEqualTo(Reason.UNRESOLVABLE);
		EgressPolicy allow = new EgressPolicy(null, deny.deny(), EgressMode.ENFORCE, UnresolvableTargets.ALLOW);
		assertThat(allow.denialUnresolved(API)).isNull();
		assertThat(reason(allow.denialUnresolved(EgressRuleTests.target("http", "0x0a.1", 80))))
			.as("somebody may take it for 10.0.0.1")
			.isEqualTo(Reason.UNRESOLVABLE);
		EgressPolicy allowList = new EgressPolicy(List.of(EgressRule.parse("10.0.0.0/8")), List.of(),
				EgressMode.ENFORCE, UnresolvableTargets.ALLOW);
		assertThat(reason(allowList.denialUnresolved(API))).isEqualTo(Reason.NO_ALLOW_RULE);
	}

	@ParameterizedTest
	@ValueSource(strings = { "0x7f.1", "127.1", "2130706433", "0X7F000001", "010.0.0.1", "1.2.3.4.5", "0x", "a.0x1f",
			"1.2.3.256" })
	void addressInAnOddFormIsAmbiguous(String host) {
		EgressTarget target = EgressRuleTests.target("http", host, 80);
		assertThat(target.isAmbiguous()).isTrue();
		assertThat(target.literal()).isNull();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "10.0.0.1", "10.0.0.1.", "[::1]", "::1", "::ffff:10.0.0.1", "a1", "1.a", "0x7g", "fe80::1%lo" })
	void otherHostIsNot(String host) {
		assertThat(EgressRuleTests.target("http", host, 80).isAmbiguous()).isFalse();
	}

	@Test
	void targetIsWrittenInOneWay() {
		assertThat(EgressRuleTests.target("HTTPS", "BÜcher.Example.", -1))
			.hasToString("https://xn--bcher-kva.example:443");
		assertThat(EgressRuleTests.target("http", "[::1]", 8080)).hasToString("http://[::1]:8080");
		assertThat(EgressRuleTests.target("http", "１０。０．０｡１", -1).literal()).isEqualTo(address("10.0.0.1"));
	}

	private static @Nullable Reason reason(@Nullable EgressDenial denial) {
		return Objects.requireNonNull(denial, "not denied").reason();
	}

	private static EgressPolicy policy(@Nullable List<String> allow, String... deny) {
		return new EgressPolicy((allow != null) ? allow.stream().map(EgressRule::parse).toList() : null,
				List.of(deny).stream().map(EgressRule::parse).toList(), EgressMode.ENFORCE, UnresolvableTargets.DENY);
	}

	private static InetAddress address(String address) {
		try {
			return InetAddress.getByName(address);
		}
		catch (UnknownHostException ex) {
			throw new AssertionError(ex);
		}
	}

}
