/**
 * Application that is processed ahead of time.
 */
@NullMarked
package io.outboundhttp.autoconfigure.aot;

import org.jspecify.annotations.NullMarked;
