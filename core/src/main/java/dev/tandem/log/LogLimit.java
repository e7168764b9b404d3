package dev.tandem.log;

import java.util.concurrent.atomic.AtomicLong;

/** Lets one line a second through, whatever peers do, and counts those it holds back. For any thread. */
public final class LogLimit {

    private static final long SECOND_NANOS = 1_000_000_000L;

    private final AtomicLong passedNanos = new AtomicLong(System.nanoTime() - SECOND_NANOS);
    private final AtomicLong heldBack = new AtomicLong();

    /**
     * Asks to log a line.
     *
     * @return how many lines were held back since the last one that passed; -1 if this one is held back too
     */
    public long pass() {
        long now = System.nanoTime();
        long last = passedNanos.get();
        if (now - last >= SECOND_NANOS && passedNanos.compareAndSet(last, now)) {
            return heldBack.getAndSet(0);
        }
        heldBack.incrementAndGet();
        return -1;
    }

    /** The words that tell how many lines were held back; empty if none were. */
    public static String others(long heldBack) {
        return heldBack == 0 ? "" : " " + heldBack + " more since the last such line.";
    }
}
