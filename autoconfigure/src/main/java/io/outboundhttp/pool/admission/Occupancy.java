package io.outboundhttp.pool.admission;

/**
 * Reading of one route, or of all.
 *
 * @param leased slots in the hands of callers
 * @param available idle slots
 * @param pending callers that wait
 * @param oldestWaitNanos for how long the first of them waits, zero if none does
 * @param max limit
 * @since 0.1.0
 */
public record Occupancy(int leased, int available, int pending, long oldestWaitNanos, int max) {

}
