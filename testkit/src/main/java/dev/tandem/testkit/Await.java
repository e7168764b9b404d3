package dev.tandem.testkit;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Waits for conditions that other threads bring about. */
final class Await {

    /** Far longer than anything takes, so that only what never happens fails. */
    static final Duration PATIENCE = Duration.ofSeconds(15);

    /** Long enough for a sender to fill the buffers meanwhile. */
    static final Duration PIECE_OF_WORK = Duration.ofMillis(1);

    private static final long POLL_NANOS = 200_000;

    private Await() {}

    /** Waits until {@code condition} holds. */
    static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("Waited " + PATIENCE.toSeconds() + " s in vain until " + what + ".");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Waits until {@code count} is {@code expected}. Fails at once when it is more. */
    static void count(String what, int expected, LongSupplier count) {
        try {
            until(what, () -> count.getAsLong() >= expected);
        } catch (AssertionError late) {
            throw new AssertionError(late.getMessage() + " Expected " + expected + ", was " + count.getAsLong(), late);
        }
        if (count.getAsLong() > expected) {
            throw new AssertionError("Until " + what + ": expected " + expected + ", was " + count.getAsLong());
        }
    }

    static void latch(CountDownLatch latch) {
        try {
            if (!latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("The latch was not opened within " + PATIENCE.toSeconds() + " s.");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Keeps the CPU busy, as a handler does that has something to compute. */
    static void spin(Duration work) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < work.toNanos()) {
            Thread.onSpinWait();
        }
    }

    /**
     * Waits until {@code progress} has not changed for a while: what moves it has come to a halt. Time is counted in looks,
     * because where the whole machine stands still, so does what is looked at.
     */
    static long halt(String what, Duration still, LongSupplier progress) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long seen = progress.getAsLong();
        for (long looks = still.toNanos() / POLL_NANOS; looks > 0; looks--) {
            LockSupport.parkNanos(POLL_NANOS);
            long now = progress.getAsLong();
            if (now != seen) {
                seen = now;
                looks = still.toNanos() / POLL_NANOS;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(what + " went on for " + PATIENCE.toSeconds() + " s without a halt.");
            }
        }
        return seen;
    }
}
