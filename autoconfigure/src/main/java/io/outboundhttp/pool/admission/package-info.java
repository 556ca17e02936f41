/**
 * Admission to the connections of a pool and their hand-out: permits per route and in
 * total, idle connections, and callers that wait. It knows nothing of HTTP. Starting
 * point: {@link io.outboundhttp.pool.admission.Admission}.
 */
@NullMarked
package io.outboundhttp.pool.admission;

import org.jspecify.annotations.NullMarked;
