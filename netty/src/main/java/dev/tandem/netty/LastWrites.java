package dev.tandem.netty;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** What waits until everything that was flushed is sent: a close, or the end of the output. For the thread of the loop. */
final class LastWrites {

    /** How long it waits at most. */
    static final long MILLIS_MAX = 1_000;

    /** Null if nothing waits. */
    private Runnable waiting;

    private Future<?> timeout;

    /** Does this when everything is sent, or the time for that is over, behind whatever waits already. */
    void awaitOn(EventLoop loop, Runnable action) {
        Runnable earlier = waiting;
        if (earlier == null) {
            waiting = action;
            timeout = loop.schedule(this::end, MILLIS_MAX, TimeUnit.MILLISECONDS);
        } else {
            waiting = () -> {
                earlier.run();
                action.run();
            };
        }
    }

    /** Everything is sent, or will not be: does what waits. */
    void end() {
        Runnable action = waiting;
        if (action != null) {
            waiting = null;
            timeout.cancel(false);
            action.run();
        }
    }
}
