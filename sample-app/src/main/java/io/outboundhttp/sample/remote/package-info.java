/**
 * What the calls to other services have in common: the way they fail. Start with
 * {@link io.outboundhttp.sample.remote.RemoteCalls}.
 */
@NullMarked
package io.outboundhttp.sample.remote;

import org.jspecify.annotations.NullMarked;
