package dev.tandem.server;

import dev.tandem.connection.CloseReason;
import java.time.Duration;
import java.util.Map;

/**
 * How a server ended.
 *
 * @param open how many connections were open when draining began
 * @param aborted how many of them were not finished at the deadline and were aborted
 * @param took how long draining took
 * @param reasons how often each reason has closed a connection since the server started
 */
public record DrainReport(int open, int aborted, Duration took, Map<CloseReason, Long> reasons) {

    /** Copies the reasons. */
    public DrainReport {
        reasons = Map.copyOf(reasons);
    }

    /** Whether every connection was finished. */
    public boolean isClean() {
        return aborted == 0;
    }

    /** The exit code for the process: 0 if clean, 3 if not. */
    public int exitCode() {
        return isClean() ? 0 : 3;
    }
}
