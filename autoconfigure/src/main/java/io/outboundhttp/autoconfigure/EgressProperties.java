package io.outboundhttp.autoconfigure;

import java.util.List;

import io.outboundhttp.pool.egress.EgressMode;
import io.outboundhttp.pool.egress.UnresolvableTargets;
import org.jspecify.annotations.Nullable;

/**
 * Settings of where a client may go. {@code null} means not set.
 *
 * @since 0.1.0
 */
public class EgressProperties {

	/**
	 * Rules of which a target must match one, such as "https://*.example.com" or
	 * "10.0.0.0/8". Replaces an inherited list; an empty one allows nothing, '*' allows
	 * everything.
	 */
	private @Nullable List<String> allow;

	/**
	 * Rules of which a target must match none, stronger than those that allow. Replaces
	 * an inherited list.
	 */
	private @Nullable List<String> deny;

	/**
	 * What becomes of connections that the rules deny: they are not opened, or they are
	 * opened, logged and counted.
	 */
	private @Nullable EgressMode mode;

	/**
	 * What becomes of a target behind a proxy whose addresses have to be checked, and
	 * whose name does not resolve here.
	 */
	private @Nullable UnresolvableTargets unresolvable;

	public @Nullable List<String> getAllow() {
		return this.allow;
	}

	public void setAllow(@Nullable List<String> allow) {
		this.allow = allow;
	}

	public @Nullable List<String> getDeny() {
		return this.deny;
	}

	public void setDeny(@Nullable List<String> deny) {
		this.deny = deny;
	}

	public @Nullable EgressMode getMode() {
		return this.mode;
	}

	public void setMode(@Nullable EgressMode mode) {
		this.mode = mode;
	}

	public @Nullable UnresolvableTargets getUnresolvable() {
		return this.unresolvable;
	}

	public void setUnresolvable(@Nullable UnresolvableTargets unresolvable) {
		this.unresolvable = unresolvable;
	}

}
