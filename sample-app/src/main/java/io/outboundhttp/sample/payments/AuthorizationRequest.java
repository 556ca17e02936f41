package io.outboundhttp.sample.payments;

import java.math.BigDecimal;

/**
 * Question to the payments service.
 *
 * @param order the order that is to be paid
 * @param customer who pays
 * @param amount how much, in euros
 */
record AuthorizationRequest(String order, String customer, BigDecimal amount) {

}
