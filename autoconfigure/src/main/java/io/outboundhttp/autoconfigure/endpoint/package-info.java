/**
 * Auto-configuration for the actuator endpoint of outbound HTTP clients.
 */
@NullMarked
package io.outboundhttp.autoconfigure.endpoint;

import org.jspecify.annotations.NullMarked;
