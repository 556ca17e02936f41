/**
 * Auto-configuration of managed outbound HTTP: from {@code outbound-http.*} properties to
 * live clients, and the takeover of Spring Boot's own builders. Start reading at
 * {@link io.outboundhttp.autoconfigure.OutboundHttpAutoConfiguration}.
 */
@NullMarked
package io.outboundhttp.autoconfigure;

import org.jspecify.annotations.NullMarked;
