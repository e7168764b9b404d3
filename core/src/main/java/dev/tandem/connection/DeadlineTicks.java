package dev.tandem.connection;

import java.time.Duration;

/** The deadlines of {@link ConnectionLimits} in ticks. */
record DeadlineTicks(int idle, int firstByte, int frame, int writeStall, int linger) {

    static DeadlineTicks of(ConnectionLimits limits, Duration tick) {
        return new DeadlineTicks(
                ticks(limits.idle(), tick),
                ticks(limits.firstByte(), tick),
                ticks(limits.frame(), tick),
                ticks(limits.writeStall(), tick),
                ticks(limits.linger(), tick));
    }

    /** Rounded up: a deadline may come late by less than two ticks, and not early, as {@link LoopConnections#TICK} says. */
    private static int ticks(Duration deadline, Duration tick) {
        if (deadline.compareTo(Duration.ofDays(365)) > 0) {
            return Integer.MAX_VALUE;
        }
        return (int) Math.max(1, (deadline.toNanos() + tick.toNanos() - 1) / tick.toNanos());
    }
}
