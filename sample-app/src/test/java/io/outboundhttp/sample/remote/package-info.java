/**
 * Tests of {@code io.outboundhttp.sample.remote}.
 */
@NullMarked
package io.outboundhttp.sample.remote;

import org.jspecify.annotations.NullMarked;
