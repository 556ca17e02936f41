/**
 * Tests for the events of the Flight Recorder.
 */
@NullMarked
package io.outboundhttp.jfr;

import org.jspecify.annotations.NullMarked;
