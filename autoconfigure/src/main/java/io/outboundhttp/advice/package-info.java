/**
 * What an operator is told about the clients: settings that do not go together, sizes of
 * pools by what callers do, and connections that are opened past the pools. Starting
 * point: {@link io.outboundhttp.advice.Advisor}.
 */
@NullMarked
package io.outboundhttp.advice;

import org.jspecify.annotations.NullMarked;
