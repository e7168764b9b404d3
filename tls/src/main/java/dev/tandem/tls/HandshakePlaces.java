package dev.tandem.tls;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many handshakes may be under way at a time. Whoever finds no place waits unread, in the order of arrival; so of too many
 * clients at once some are served in time, instead of all too late. For any thread.
 */
final class HandshakePlaces {

    private final AtomicInteger free;
    private final Queue<Handshake> waiting = new ConcurrentLinkedQueue<>();

    HandshakePlaces(int places) {
        this.free = new AtomicInteger(places);
    }

    /** Takes a place if there is one and nobody waits for it; if not, {@link Handshake#onPlace} comes when there is. */
    boolean take(Handshake handshake) {
        if (waiting.isEmpty() && takeFree()) {
            return true;
        }
        waiting.add(handshake);
        // One may have become free before this one was seen to wait.
        giveToWaiting();
        return false;
    }

    void leave() {
        free.incrementAndGet();
        giveToWaiting();
    }

    private boolean takeFree() {
        return free.getAndUpdate(places -> Math.max(0, places - 1)) > 0;
    }

    private void giveToWaiting() {
        while (!waiting.isEmpty() && takeFree()) {
            Handshake next = waiting.poll();
            if (next == null) {
                // Another thread was quicker; but it may have found no place because of this one, so look again.
                free.incrementAndGet();
            } else {
                // It may be gone by now, and then gives the place on.
                next.onPlace();
            }
        }
    }
}
