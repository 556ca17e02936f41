/**
 * What all tests of the sample share: the application on free ports, and a client of it.
 */
@NullMarked
package io.outboundhttp.sample;

import org.jspecify.annotations.NullMarked;
