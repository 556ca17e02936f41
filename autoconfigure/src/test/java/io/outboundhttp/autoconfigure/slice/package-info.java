/**
 * Tests in the way of an application that tests a slice of itself.
 */
@NullMarked
package io.outboundhttp.autoconfigure.slice;

import org.jspecify.annotations.NullMarked;
