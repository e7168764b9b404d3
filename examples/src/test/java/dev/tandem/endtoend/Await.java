package dev.tandem.endtoend;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Waits for conditions that other threads and processes bring about. */
public final class Await {

    /** Far longer than anything takes, so that only what never happens fails. */
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final long POLL_NANOS = 1_000_000;

    private Await() {}

    /** Waits until {@code condition} holds. */
    public static void until(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new AssertionError("Waited " + PATIENCE.toSeconds() + " s in vain until " + what + ".");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Waits until {@code value} is {@code expected}. */
    public static void value(String what, long expected, LongSupplier value) {
        try {
            until(what + " is " + expected, () -> value.getAsLong() == expected);
        } catch (AssertionError late) {
            throw new AssertionError(late.getMessage() + " It is " + value.getAsLong() + ".", late);
        }
    }

    /**
     * Waits until {@code value} has not changed for {@code still}, and returns it. Time is counted in looks, because where the
     * whole machine stands still, so does what is looked at.
     */
    public static long halt(String what, Duration still, LongSupplier value) {
        long start = System.nanoTime();
        long seen = value.getAsLong();
        for (long looks = still.toNanos() / POLL_NANOS; looks > 0; looks--) {
            LockSupport.parkNanos(POLL_NANOS);
            long now = value.getAsLong();
            if (now != seen) {
                seen = now;
                looks = still.toNanos() / POLL_NANOS;
            }
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new AssertionError(what + " went on for " + PATIENCE.toSeconds() + " s without a halt.");
            }
        }
        return seen;
    }
}
