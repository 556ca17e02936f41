/**
 * Actuator endpoint of outbound HTTP clients.
 */
@NullMarked
package io.outboundhttp.actuate.endpoint;

import org.jspecify.annotations.NullMarked;
