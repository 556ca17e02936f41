/**
 * Where a connection may go: addresses of names, and which of them are worth a try.
 *
 * @since 0.1.0
 */
@NullMarked
package io.outboundhttp.pool.connect;

import org.jspecify.annotations.NullMarked;
