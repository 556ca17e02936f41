/**
 * What bounds and repeats a call: handlers in HttpClient's chain.
 *
 * @since 0.1.0
 */
@NullMarked
package io.outboundhttp.call;

import org.jspecify.annotations.NullMarked;
