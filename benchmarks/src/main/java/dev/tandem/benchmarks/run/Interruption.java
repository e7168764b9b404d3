package dev.tandem.benchmarks.run;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ctrl-C and SIGTERM: the run ends after what it is doing, and keeps what was measured. */
final class Interruption {

    private static final int FINISH_SECONDS_MAX = 30;

    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean requested;

    private Interruption() {}

    /** Begins to watch for it. */
    static Interruption watch() {
        Interruption interruption = new Interruption();
        Runtime.getRuntime().addShutdownHook(new Thread(interruption::onShutdown, "interruption"));
        return interruption;
    }

    boolean isRequested() {
        return requested;
    }

    /** Everything is written: the program may end. */
    void finished() {
        finished.countDown();
    }

    private void onShutdown() {
        requested = true;
        // Whoever waits for a driver or a server goes on at once.
        ChildProcess.endAll();
        try {
            finished.await(FINISH_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ChildProcess.endAll();
    }
}
