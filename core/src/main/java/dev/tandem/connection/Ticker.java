package dev.tandem.connection;

import java.util.concurrent.locks.LockSupport;

/** One thread that gives loops their ticks. */
public final class Ticker extends Thread {

    private final Runnable onTick;
    private volatile boolean stopped;

    /** Not ticking before {@link #start}; {@code onTick} is then called on a thread of its own, every {@link LoopConnections#TICK}. */
    public Ticker(Runnable onTick) {
        super("tandem-ticker");
        this.onTick = onTick;
        setDaemon(true);
    }

    @Override
    public void run() {
        awaitTick();
        while (!stopped) {
            onTick.run();
            awaitTick();
        }
    }

    /** The delay is between ticks, not a schedule: after the process was stopped, missed ticks are not made up for. */
    private static void awaitTick() {
        LockSupport.parkNanos(LoopConnections.TICK.toNanos());
    }

    /** Ends the thread. When this returns there are no more ticks, also none under way: the loops can end. */
    public void stopTicking() {
        stopped = true;
        LockSupport.unpark(this);
        boolean interrupted = false;
        while (isAlive()) {
            try {
                join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
