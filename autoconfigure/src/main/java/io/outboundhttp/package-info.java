/**
 * What users of managed outbound HTTP meet in their code: the exceptions, the reports of
 * leaks and the attributes of single requests.
 */
@NullMarked
package io.outboundhttp;

import org.jspecify.annotations.NullMarked;
