/**
 * Tests for what Prometheus and Grafana are given.
 */
@NullMarked
package io.outboundhttp.sample.ops;

import org.jspecify.annotations.NullMarked;
