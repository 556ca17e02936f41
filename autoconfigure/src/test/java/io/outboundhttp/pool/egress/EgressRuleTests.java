package io.outboundhttp.pool.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;

import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link EgressRule}.
 */
class EgressRuleTests {

	@ParameterizedTest
	@CsvSource({ "api.example.com, http, api.example.com, 80", "api.example.com, https, api.example.com, 8443",
			"API.Example.COM, http, api.example.com., 80", "api.example.com., http, API.EXAMPLE.COM, 80",
			"*.example.com, http, a.b.example.com, 80", "*.EXAMPLE.com, http, A.example.COM.., 80",
			"*.internal, https, db.internal, 443", "*, http, 10.1.2.3, 80", "https://*, https, anything, 443",
			"https://a.example, https, a.example, 443", "HTTPS://a.example, https, a.example, 443",
			"a.example:8443, https, a.example, 8443", "a.example:8000-8999, http, a.example, 8000",
			"a.example:8000-8999, http, a.example, 8999", "*:443, https, a.example, 443",
			"bücher.example, http, xn--bcher-kva.example, 80", "xn--bcher-kva.example, http, BÜCHER.example, 80",
			"my_service, http, my_service, 80", "*.bücher.example, http, a.xn--bcher-kva.example, 80" })
	void ruleMatchesHost(String rule, String scheme, String host, int port) {
		assertThat(EgressRule.parse(rule).matches(target(scheme, host, port))).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "*.example.com, http, example.com, 80", "*.example.com, http, badexample.com, 80",
			"example.com, http, a.example.com, 80", "example.com, http, example.com.evil.test, 80",
			"https://a.example, http, a.example, 443", "a.example:8443, http, a.example, 8444",
			"a.example:8000-8999, http, a.example, 7999", "a.example:8000-8999, http, a.example, 9000",
			"a.example:80, https, a.example, -1", "10.0.0.0/8, http, 10.1.2.3, 80" })
	void ruleDoesNotMatchHost(String rule, String scheme, String host, int port) {
		assertThat(EgressRule.parse(rule).matches(target(scheme, host, port))).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "10.0.0.0/8, 10.255.255.255", "10.0.0.0/8, ::ffff:10.1.2.3", "169.254.169.254, 169.254.169.254",
			"[fd00::]/8, fdff::1", "fd00::/8, fd00::1", "[::1], ::1", "::1, ::1", "0.0.0.0/0, 8.8.8.8", "::/0, fd00::1",
			"10.128.0.0/9, 10.200.0.1", "192.168.1.0/31, 192.168.1.1", "::ffff:10.0.0.0/104, 10.1.2.3",
			"http://10.0.0.0/8:80, 10.1.2.3", "[fd00::]/8:1-80, fd12::1", "fe80::/10, fe80::1" })
	void ruleContainsAddress(String rule, String address) throws UnknownHostException {
		EgressTarget target = target("http", "any.example", 80);
		assertThat(EgressRule.parse(rule).isForAddresses(target)).isTrue();
		assertThat(EgressRule.parse(rule).matches(target, InetAddress.getByName(address))).isTrue();
		assertThat(EgressRule.parse(rule).reaches(target, InetAddress.getByName(address))).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "10.0.0.0/8, 11.0.0.0", "10.0.0.0/8, 9.255.255.255", "fd00::/8, fe00::1", "::/0, 10.0.0.1",
			"0.0.0.0/0, fd00::1", "10.128.0.0/9, 10.127.255.255", "192.168.1.0/31, 192.168.1.2",
			"https://10.0.0.0/8, 10.1.2.3", "10.0.0.0/8:81, 10.1.2.3", "any.example, 10.1.2.3" })
	void ruleDoesNotContainAddress(String rule, String address) throws UnknownHostException {
		EgressTarget target = target("http", "any.example", 80);
		assertThat(EgressRule.parse(rule).matches(target, InetAddress.getByName(address))).isFalse();
		assertThat(EgressRule.parse(rule).reaches(target, InetAddress.getByName(address))).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "10.0.0.0/8, 64:ff9b::10.1.2.3", "10.0.0.0/8, 2002:0a01:0203::1", "10.0.0.0/8, ::10.1.2.3",
			"127.0.0.0/8, 0.0.0.0", "127.0.0.0/8, ::", "::1, 0.0.0.0", "::1, ::" })
	void ruleReachesAddressThatStandsForAnother(String rule, String address) throws UnknownHostException {
		EgressTarget target = target("http", "any.example", 80);
		assertThat(EgressRule.parse(rule).reaches(target, InetAddress.getByName(address))).isTrue();
		assertThat(EgressRule.parse(rule).matches(target, InetAddress.getByName(address))).isFalse();
	}

	@Test
	void loopbackOfIpv6IsNoAddressOfIpv4() throws UnknownHostException {
		assertThat(EgressRule.parse("0.0.0.0/0").reaches(target("http", "x", 80), InetAddress.getByName("::1")))
			.isFalse();
	}

	@Test
	void rangeContainsExactlyTheAddressesThatShareItsBits() throws UnknownHostException {
		Random random = new Random(4711);
		EgressTarget target = target("http", "any.example", 80);
		for (int i = 0; i < 20_000; i++) {
			int bits = random.nextInt(33);
			int mask = (bits == 0) ? 0 : -1 << (32 - bits);
			int first = random.nextInt() & mask;
			int address = random.nextBoolean() ? random.nextInt() : first ^ (1 << random.nextInt(32));
			EgressRule rule = EgressRule.parse(ipv4(first).getHostAddress() + "/" + bits);
			assertThat(rule.matches(target, ipv4(address))).as("%s %s", rule, ipv4(address))
				.isEqualTo((address & mask) == first);
		}
	}

	private static InetAddress ipv4(int bits) throws UnknownHostException {
		return InetAddress
			.getByAddress(new byte[] { (byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits });
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "https://", "https:///", "ftp://a.example", "lb://orders", "a b", "a..b", ".a",
			"a.*.b", "*a.example", "a*", "**", "*.", "https://a.example/", "a.example/x", "a.example?x", "a.example#x",
			"a.example:", "a.example:0", "a.example:65536", "a.example:90-80", "a.example:-80", "a.example:80-",
			"a.example:http", "10.0.0.1/8", "10.0.0.0/33", "10.0.0/8", "1.2.3", "1.2.3.4.5", "256.1.1.1", "010.0.0.1",
			"0x7f.1", "2130706433", "fd00::1/8", "fd00::/129", "[fd00::/8", "fd00::]/8", "[a.example]", "[10.0.0.1",
			"::ffff:0.0.0.0/95", "fe80::1%lo", "a.example/8", "*/8", "//a.example", "://a.example", "[]", "[]/8" })
	void otherTextIsNoRule(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> EgressRule.parse(text))
			.satisfies((ex) -> assertThat(ex.getMessage()).isNotBlank().doesNotEndWith("."));
	}

	@Test
	void credentialsAreRefusedAndNotShown() {
		assertThatIllegalArgumentException().isThrownBy(() -> EgressRule.parse("https://scott:tiger@a.example"))
			.withMessage("it must have no user or password");
	}

	@Test
	void rulesAreEqualIfTheirTextsAre() {
		assertThat(EgressRule.parse("*.a.example")).isEqualTo(EgressRule.parse("*.a.example"))
			.hasSameHashCodeAs(EgressRule.parse("*.a.example"))
			.isNotEqualTo(EgressRule.parse("*.b.example"))
			.hasToString("*.a.example");
	}

	static EgressTarget target(String scheme, String host, int port) {
		return EgressTarget.of(new HttpHost(scheme, host, port));
	}

}
