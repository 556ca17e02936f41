/**
 * What all controllers have in common: the way they refuse.
 */
@NullMarked
package io.outboundhttp.sample.web;

import org.jspecify.annotations.NullMarked;
