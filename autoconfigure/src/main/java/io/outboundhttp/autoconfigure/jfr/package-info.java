/**
 * Auto-configuration of events for the JDK's Flight Recorder.
 */
@NullMarked
package io.outboundhttp.autoconfigure.jfr;

import org.jspecify.annotations.NullMarked;
