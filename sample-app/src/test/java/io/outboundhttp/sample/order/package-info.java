/**
 * Tests of {@code io.outboundhttp.sample.order}.
 */
@NullMarked
package io.outboundhttp.sample.order;

import org.jspecify.annotations.NullMarked;
