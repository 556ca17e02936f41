/**
 * Tests of {@code io.outboundhttp.sample.demo}.
 */
@NullMarked
package io.outboundhttp.sample.demo;

import org.jspecify.annotations.NullMarked;
