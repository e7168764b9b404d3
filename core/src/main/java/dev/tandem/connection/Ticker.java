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
        while (!stopped) {
            // The delay is between ticks, not a schedule: after the process was stopped, missed ticks are not made up
            // for.
            LockSupport.parkNanos(LoopConnections.TICK.toNanos());
            onTick.run();
        }
    }

    /** Ends the thread, soon. */
    public void stopTicking() {
        stopped = true;
        LockSupport.unpark(this);
    }
}
