package io.outboundhttp.pool.egress;

import java.net.InetAddress;
import java.util.List;

import io.outboundhttp.EgressDeniedException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Where a client may go. What matches a rule that denies is denied; else, if there is a
 * list of rules that allow, what matches none of them is denied too. A target whose host
 * is allowed may have any address that is not denied. Immutable.
 *
 * @param allow rules of which a target must match one, {@code null} if it need not; of an
 * empty list it cannot
 * @param deny rules of which a target must match none
 * @param mode what becomes of what is denied
 * @param unresolvable what becomes of targets behind a proxy whose addresses are not
 * known here
 * @since 0.1.0
 */
public record EgressPolicy(@Nullable List<EgressRule> allow, List<EgressRule> deny, EgressMode mode,
		UnresolvableTargets unresolvable) {

	/** Policy that denies nothing. */
	public static final EgressPolicy NONE = new EgressPolicy(null, List.of(), EgressMode.ENFORCE,
			UnresolvableTargets.DENY);

	/**
	 * Create a policy.
	 */
	public EgressPolicy {
		allow = (allow != null) ? List.copyOf(allow) : null;
		deny = List.copyOf(deny);
	}

	/**
	 * Return whether there is nothing to check.
	 * @return whether nothing is denied
	 */
	public boolean isOff() {
		return this.allow == null && this.deny.isEmpty();
	}

	/**
	 * Return why a target is denied, whatever its addresses are.
	 * @param target the target
	 * @return the reason, {@code null} if it is not, or if it depends on its addresses
	 */
	public @Nullable EgressDenial denial(EgressTarget target) {
		for (EgressRule rule : this.deny) {
			if (rule.matches(target)) {
				return new EgressDenial(target, Reason.DENY_RULE, rule.toString(), null);
			}
		}
		if (this.allow == null || isAllowed(target)
				|| this.allow.stream().anyMatch((rule) -> rule.isForAddresses(target))) {
			return null;
		}
		return new EgressDenial(target, Reason.NO_ALLOW_RULE, null, null);
	}

	/**
	 * Return whether it depends on its addresses whether a target is denied that is not
	 * denied as such.
	 * @param target the target
	 * @return whether they must be known
	 */
	public boolean needsAddresses(EgressTarget target) {
		return !isAllowed(target) || this.deny.stream().anyMatch((rule) -> rule.isForAddresses(target));
	}

	/**
	 * Return why a target is denied an address.
	 * @param target a target that is not denied as such
	 * @param address one of its addresses
	 * @return the reason, {@code null} if it may be connected to
	 */
	public @Nullable EgressDenial denial(EgressTarget target, InetAddress address) {
		for (EgressRule rule : this.deny) {
			if (rule.reaches(target, address)) {
				return new EgressDenial(target, Reason.DENY_RULE, rule.toString(), address.getHostAddress());
			}
		}
		if (this.allow == null || isAllowed(target)
				|| this.allow.stream().anyMatch((rule) -> rule.matches(target, address))) {
			return null;
		}
		return new EgressDenial(target, Reason.NO_ALLOW_RULE, null, address.getHostAddress());
	}

	/**
	 * Return why a target is denied whose addresses would have to be known and are not.
	 * @param target a target that is not denied as such
	 * @return the reason, {@code null} if it may be left to a proxy
	 */
	public @Nullable EgressDenial denialUnresolved(EgressTarget target) {
		if (!isAllowed(target)) {
			return new EgressDenial(target, Reason.NO_ALLOW_RULE, null, null);
		}
		return (this.unresolvable == UnresolvableTargets.DENY || target.isAmbiguous())
				? new EgressDenial(target, Reason.UNRESOLVABLE, null, null) : null;
	}

	private boolean isAllowed(EgressTarget target) {
		return this.allow == null || this.allow.stream().anyMatch((rule) -> rule.matches(target));
	}

}
