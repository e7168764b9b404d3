package dev.tandem.netty;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * What waits until everything that was flushed is sent, but for a second at most: a close, or the end of the output. For the
 * thread of the loop.
 */
final class LastWrites {

    /**
     * How often it looks before it waits no longer. The second is not taken from the clock: a loop that stood still for so long
     * has yet to hear of what was sent meanwhile.
     */
    private static final int LOOKS = 10;

    private static final long LOOK_MILLIS = 100;

    /** Null if nothing waits. */
    private Runnable waiting;

    private int looksLeft;
    private Future<?> nextLook;

    /** Does this when everything is sent, or the time for it is over, behind whatever waits already. */
    void awaitOn(EventLoop loop, Runnable action) {
        Runnable earlier = waiting;
        if (earlier == null) {
            waiting = action;
            looksLeft = LOOKS;
            lookLater(loop);
        } else {
            waiting = () -> {
                earlier.run();
                action.run();
            };
        }
    }

    private void lookLater(EventLoop loop) {
        nextLook = loop.schedule(() -> look(loop), LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look(EventLoop loop) {
        if (--looksLeft == 0) {
            end();
        } else {
            lookLater(loop);
        }
    }

    /** Everything is sent, or will not be: does what waits. */
    void end() {
        Runnable action = waiting;
        if (action != null) {
            waiting = null;
            nextLook.cancel(false);
            action.run();
        }
    }
}
