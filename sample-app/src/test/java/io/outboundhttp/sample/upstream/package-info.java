/**
 * Tests of {@code io.outboundhttp.sample.upstream}.
 */
@NullMarked
package io.outboundhttp.sample.upstream;

import org.jspecify.annotations.NullMarked;
