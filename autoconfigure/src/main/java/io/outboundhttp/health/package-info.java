/**
 * Health of outbound HTTP clients, read from pool snapshots.
 */
@NullMarked
package io.outboundhttp.health;

import org.jspecify.annotations.NullMarked;
