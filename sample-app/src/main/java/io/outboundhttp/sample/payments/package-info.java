/**
 * Authorization of amounts, asked from the payments service through a {@code RestClient}.
 */
@NullMarked
package io.outboundhttp.sample.payments;

import org.jspecify.annotations.NullMarked;
