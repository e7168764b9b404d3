package dev.tandem.server;

import dev.tandem.layer.Relay;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Keeps the number of connections at or below the limit, exactly. Listeners are held back when it is reached, but what the
 * kernel has handed over by then, and what listeners of other loops accept at the same moment, comes all the same: those
 * clients wait here, accepted and unread, until others leave. For any thread.
 */
final class WaitingRoom {

    private final Runnable onRefused;
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger freePlaces;
    private final Queue<Guest> waiting = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /**
     * Empty.
     *
     * @param onRefused told of each client that cannot wait any longer, on the client's loop
     */
    WaitingRoom(int insideMax, Runnable onRefused) {
        this.freePlaces = new AtomicInteger(insideMax);
        this.onRefused = onRefused;
    }

    /** How many are inside. */
    int inside() {
        return inside.get();
    }

    /**
     * Lets a client in at once if there is a place and nobody waits for one, else when its turn comes. Called on the loop of
     * the socket.
     *
     * @param entering called when it has a place: makes a connection of it, or gives the place back with {@link #onLeft} and
     *     returns null
     * @param onGone told if the client is gone without ever having become a connection
     * @return who is told what happens to the socket; null if it was refused
     */
    SocketEvents enter(StreamSocket socket, Supplier<SocketEvents> entering, Runnable onGone) {
        if (waiting.isEmpty() && takePlace()) {
            return entering.get();
        }
        if (closed) {
            onRefused.run();
            return null;
        }
        Guest guest = new Guest(socket, entering, onGone);
        waiting.add(guest);
        // Somebody may have left, or this may have been closed, before the guest was seen to wait.
        admitWaiting();
        return guest;
    }

    /** One that was inside has left. */
    void onLeft() {
        inside.decrementAndGet();
        if (!closed) {
            freePlaces.incrementAndGet();
        }
        admitWaiting();
    }

    /**
     * Nobody waits any more: who does is refused. Who leaves from now on leaves no place to others, or a client still on its
     * way to one loop would take the place of a connection that was ended on another.
     */
    void close() {
        closed = true;
        admitWaiting();
    }

    private boolean takePlace() {
        boolean taken = freePlaces.getAndUpdate(free -> Math.max(0, free - 1)) > 0;
        if (taken) {
            inside.incrementAndGet();
        }
        return taken;
    }

    private void admitWaiting() {
        while (!closed && !waiting.isEmpty() && takePlace()) {
            Guest next = waiting.poll();
            if (next == null) {
                // Another thread was quicker; but it may have found no place because of this one, so look again.
                inside.decrementAndGet();
                freePlaces.incrementAndGet();
            } else {
                next.onItsLoop(next::enter);
            }
        }
        while (closed && !waiting.isEmpty()) {
            Guest next = waiting.poll();
            if (next != null) {
                next.onItsLoop(next::refuse);
            }
        }
    }

    /** A client that waits, and afterwards passes on what happens to its socket. */
    private final class Guest extends Relay {

        private final StreamSocket socket;
        private final Supplier<SocketEvents> entering;
        private final Runnable onGone;
        private boolean gone;

        Guest(StreamSocket socket, Supplier<SocketEvents> entering, Runnable onGone) {
            this.socket = socket;
            this.entering = entering;
            this.onGone = onGone;
        }

        void onItsLoop(Runnable task) {
            try {
                socket.loop().execute(task);
            } catch (RejectedExecutionException loopHasEnded) {
                // And with it the socket.
            }
        }

        void enter() {
            if (gone) {
                onLeft();
                return;
            }
            target = entering.get();
            if (target == null) {
                socket.abort();
            }
        }

        void refuse() {
            if (!gone) {
                onRefused.run();
                socket.abort();
            }
        }

        @Override
        public void onClosed() {
            if (target == null) {
                gone = true;
                waiting.remove(this);
                onGone.run();
            } else {
                super.onClosed();
            }
        }
    }
}
