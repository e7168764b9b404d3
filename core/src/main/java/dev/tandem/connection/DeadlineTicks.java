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

    private static int ticks(Duration deadline, Duration tick) {
        long ticks = deadline.compareTo(Duration.ofDays(365)) > 0
                ? Integer.MAX_VALUE
                : deadline.toMillis() / tick.toMillis();
        return (int) Math.max(1, Math.min(ticks, Integer.MAX_VALUE));
    }
}
