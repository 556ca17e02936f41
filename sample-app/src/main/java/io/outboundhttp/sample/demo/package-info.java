/**
 * Means to see the clients at work: load, leaks on demand, and the notes printed at the
 * start. No part of an order service of one's own.
 */
@NullMarked
package io.outboundhttp.sample.demo;

import org.jspecify.annotations.NullMarked;
