package dev.tandem.server;

import dev.tandem.connection.LoopConnections;
import java.util.concurrent.locks.LockSupport;

/** One thread that gives every loop its ticks. */
final class Ticker extends Thread {

    private final Runnable onTick;
    private volatile boolean stopped;

    Ticker(Runnable onTick) {
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

    void stopTicking() {
        stopped = true;
        LockSupport.unpark(this);
    }
}
