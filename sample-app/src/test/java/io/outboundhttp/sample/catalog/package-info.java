/**
 * Tests of {@code io.outboundhttp.sample.catalog}.
 */
@NullMarked
package io.outboundhttp.sample.catalog;

import org.jspecify.annotations.NullMarked;
