package dev.tandem.log;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Lets one line a second through, whatever peers do, and counts those it holds back. For any thread. */
public final class LogLimit {

    private static final long SECOND_NANOS = 1_000_000_000L;

    private final AtomicLong passedNanos = new AtomicLong(System.nanoTime() - SECOND_NANOS);
    private final AtomicLong heldBack = new AtomicLong();

    /**
     * Logs a line, or holds it back.
     *
     * @param line logs it, with the words that tell how many were held back since the last one that was not; empty if none
     *     were
     */
    public void pass(Consumer<String> line) {
        long now = System.nanoTime();
        long last = passedNanos.get();
        if (now - last >= SECOND_NANOS && passedNanos.compareAndSet(last, now)) {
            long others = heldBack.getAndSet(0);
            line.accept(others == 0 ? "" : " " + others + " more since the last such line.");
        } else {
            heldBack.incrementAndGet();
        }
    }
}
