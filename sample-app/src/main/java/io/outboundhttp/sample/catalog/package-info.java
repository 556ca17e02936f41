/**
 * What the shop sells, asked from the catalog service through an HTTP service interface.
 */
@NullMarked
package io.outboundhttp.sample.catalog;

import org.jspecify.annotations.NullMarked;
