package io.outboundhttp.actuate.endpoint;

import org.jspecify.annotations.Nullable;

/**
 * A setting of a client.
 *
 * @param value the value in effect, absent where there is none
 * @param origin what set it
 * @since 0.1.0
 */
public record SettingDescriptor(@Nullable Object value, String origin) {

}
