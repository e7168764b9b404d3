package dev.tandem.server;

import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.transport.Acceptor;
import dev.tandem.transport.Listener;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TransportException;
import io.netty.channel.IoEventLoop;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who comes in, and to which loop. Keeps to the limit on connections by pausing the listeners, so that clients beyond it
 * wait instead of failing, and spreads connections evenly: each goes to the loop that has the fewest.
 */
final class Door {

    private static final Logger LOG = LoggerFactory.getLogger(Door.class);

    private final List<ServerLoop> loops;
    private final int connectionsMax;
    private final Supplier<? extends ConnectionHandler> handlers;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final Admission admission;
    private volatile boolean full;

    Door(List<ServerLoop> loops, ServerLimits limits, Supplier<? extends ConnectionHandler> handlers) {
        this.loops = loops;
        this.connectionsMax = limits.connections();
        this.handlers = handlers;
        this.admission = new Admission(limits);
    }

    /** Who takes what one listener accepts. The future completes when that listener has closed. */
    Acceptor acceptor(CompletableFuture<Void> closed) {
        return new DoorAcceptor(closed);
    }

    void add(Listener listener) {
        listeners.add(listener);
    }

    int open() {
        return open.get();
    }

    /** A connection has ended. */
    void onRemoved(Connection connection) {
        admission.onLeft(connection);
        onLeft();
    }

    private void onLeft() {
        if (open.decrementAndGet() < connectionsMax && full) {
            full = false;
            listeners.forEach(Listener::resumeAccepting);
        }
    }

    private void onEntered() {
        if (open.incrementAndGet() >= connectionsMax && !full) {
            full = true;
            LOG.warn("The limit of {} connections is reached: new clients wait until others leave.", connectionsMax);
            listeners.forEach(Listener::pauseAccepting);
        }
    }

    private ServerLoop leastLoaded() {
        ServerLoop best = loops.get(0);
        for (ServerLoop loop : loops) {
            if (loop.load() < best.load()) {
                best = loop;
            }
        }
        return best;
    }

    private ServerLoop of(IoEventLoop loop) {
        for (ServerLoop candidate : loops) {
            if (candidate.loop() == loop) {
                return candidate;
            }
        }
        throw new IllegalStateException("A connection came to a loop that is not this server's: " + loop + ".");
    }

    private final class DoorAcceptor implements Acceptor {

        private final CompletableFuture<Void> closed;

        DoorAcceptor(CompletableFuture<Void> closed) {
            this.closed = closed;
        }

        @Override
        public IoEventLoop chooseLoop() {
            ServerLoop chosen = leastLoaded();
            chosen.expectOne();
            onEntered();
            return chosen.loop();
        }

        @Override
        public SocketEvents onAccepted(StreamSocket socket) {
            ServerLoop home = of(socket.loop());
            ConnectionHandler handler = admission.admits(socket) ? newHandler() : null;
            if (handler == null) {
                home.expectedOneNotCome();
                onLeft();
                return null;
            }
            return Connection.open(home.connections(), socket, handler);
        }

        private ConnectionHandler newHandler() {
            try {
                return Objects.requireNonNull(handlers.get(), "The supplier of handlers returned null.");
            } catch (RuntimeException e) {
                LOG.warn("The supplier of handlers threw; the connection is refused.", e);
                return null;
            }
        }

        @Override
        public void onAcceptFailed(TransportException why, long retryMillis) {
            admission.onAcceptFailed(why, retryMillis);
        }

        @Override
        public void onListenerClosed() {
            closed.complete(null);
        }
    }
}
