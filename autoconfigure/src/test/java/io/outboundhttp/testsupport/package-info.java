/**
 * Servers, certificates and other means that tests run against: real sockets on loopback,
 * nothing but the JDK. Start with
 * {@link io.outboundhttp.testsupport.TestHttpServer#start()}.
 */
@NullMarked
package io.outboundhttp.testsupport;

import org.jspecify.annotations.NullMarked;
