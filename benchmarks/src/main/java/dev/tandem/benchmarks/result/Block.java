package dev.tandem.benchmarks.result;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * One measurement: one server under one load for a few seconds.
 *
 * @param twin whether this was the second process of a server that is measured against itself
 * @param fork counts processes: blocks of another fork come from other processes of the same server
 * @param round within the fork; each round runs every server twice, in an order and then in the reverse order
 * @param half 0 or 1: the first or second run of the round
 * @param driver which driver put the load on
 * @param messagesPerSecond by the wall clock
 * @param serverCpuNanosPerMessage CPU time of all threads of the server
 * @param switchesPerMessage how often threads of the server gave up or lost the CPU
 * @param runDelayPercent share of the time in which the server's busiest thread waited for a CPU
 * @param clientBound whether the driver, not the server, was the limit
 * @param rate intended messages per second, 0 if as many as possible
 * @param micros latency percentiles in microseconds: 50, 90, 99, 99.9, 99.99, maximum
 * @param histogram the latencies, compressed by HdrHistogram and in Base64; empty if not kept
 * @param disturbances why this block does not count; empty if it does
 */
public record Block(
        String workload,
        String contender,
        boolean twin,
        int fork,
        int round,
        int half,
        String driver,
        double seconds,
        long messages,
        double messagesPerSecond,
        double bytesPerSecond,
        double serverCpuNanosPerMessage,
        double serverCpuPercent,
        double switchesPerMessage,
        double runDelayPercent,
        long residentBytes,
        double driverCpuNanosPerMessage,
        double driverCpuPercent,
        boolean clientBound,
        double rate,
        boolean rateAchieved,
        double[] micros,
        String histogram,
        double stealPercent,
        double foreignPercent,
        double compilerPercent,
        double collectorPercent,
        List<String> disturbances) {

    /** Whether nothing disturbed it. */
    @JsonIgnore
    public boolean isAccepted() {
        return disturbances.isEmpty();
    }
}
