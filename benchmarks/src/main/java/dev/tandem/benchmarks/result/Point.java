package dev.tandem.benchmarks.result;

import java.util.Map;

/**
 * One server under one workload.
 *
 * @param workload its name
 * @param contender the server's name
 * @param status whether there are figures
 * @param reason why not
 * @param verdict what the server itself said is in use, after the load
 * @param figures measured once and not per block, by name: system calls per message, memory
 */
public record Point(
        String workload,
        String contender,
        Status status,
        String reason,
        Map<String, String> verdict,
        Map<String, Double> figures) {

    /** Whether a point has figures. */
    public enum Status {
        /** It was measured. */
        MEASURED,
        /** The server did not start, died, hung or answered wrongly. */
        FAILED,
        /** This host cannot run it. */
        NOT_RUN
    }
}
