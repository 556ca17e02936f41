/**
 * The other side of the wire: a second web server in this process that plays catalog,
 * payments and shipping over real sockets, well or badly. Start with
 * {@link io.outboundhttp.sample.upstream.UpstreamServer}.
 */
@NullMarked
package io.outboundhttp.sample.upstream;

import org.jspecify.annotations.NullMarked;
