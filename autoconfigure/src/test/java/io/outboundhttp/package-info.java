/**
 * Tests of the whole, and what the tests of several packages share.
 */
@NullMarked
package io.outboundhttp;

import org.jspecify.annotations.NullMarked;
