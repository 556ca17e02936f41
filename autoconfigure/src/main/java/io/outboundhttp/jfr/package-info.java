/**
 * Events of pools for the JDK's Flight Recorder.
 */
@NullMarked
package io.outboundhttp.jfr;

import org.jspecify.annotations.NullMarked;
