package io.outboundhttp.pool.egress;

import io.outboundhttp.EgressDeniedException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Why a target is denied.
 *
 * @param target the target
 * @param reason why
 * @param rule the rule that denies it as it was written, {@code null} if none does
 * @param address the address that is denied, {@code null} if it is the target as such
 * @since 0.1.0
 */
public record EgressDenial(EgressTarget target, Reason reason, @Nullable String rule, @Nullable String address) {

}
