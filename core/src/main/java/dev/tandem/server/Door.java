package dev.tandem.server;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.layer.Passage;
import dev.tandem.layer.RunningLayer;
import dev.tandem.layer.Upper;
import dev.tandem.log.LogLimit;
import dev.tandem.transport.Acceptor;
import dev.tandem.transport.Listener;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TransportException;
import io.netty.channel.IoEventLoop;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who comes in, and to which loop. Keeps to the limit on connections by holding the listeners back, so that clients beyond
 * it wait instead of failing, and spreads connections evenly: each goes to the loop that has the fewest.
 */
final class Door {

    private static final Logger LOG = LoggerFactory.getLogger(Door.class);

    private final List<ServerLoop> loops;
    private final int connectionsMax;
    private final Supplier<? extends ConnectionHandler> handlers;
    private final Gate gate = new Gate();
    private final WaitingRoom waitingRoom;
    private final Admission admission;
    private final LogLimit fullLog = new LogLimit();

    /** Accepted sockets that are not gone yet: connections, and clients that wait to become one. */
    private final AtomicInteger present = new AtomicInteger();

    Door(List<ServerLoop> loops, ServerLimits limits, Supplier<? extends ConnectionHandler> handlers) {
        this.loops = loops;
        this.connectionsMax = limits.connections();
        this.handlers = handlers;
        this.admission = new Admission(limits);
        this.waitingRoom = new WaitingRoom(
                connectionsMax,
                () -> admission.refuse(CloseReason.LIMIT, "it waited for a place when the server ended"));
    }

    /**
     * Who takes what one listener accepts.
     *
     * @param layers what is between its sockets and their connections, the lowest first
     * @param closed completes when that listener has closed
     */
    Acceptor acceptor(List<RunningLayer> layers, CompletableFuture<Void> closed) {
        return new DoorAcceptor(layers, closed);
    }

    void add(Listener listener) {
        gate.add(listener);
    }

    /** How many connections there are. */
    int open() {
        return waitingRoom.inside();
    }

    /** How many accepted sockets there are: connections, clients that wait, and those on their way. */
    int present() {
        return present.get();
    }

    /** How many clients were refused for this reason. */
    long refused(CloseReason why) {
        return admission.refused(why);
    }

    /** What the connections hold has become nearly too much, or is that no longer. */
    void followBudget(BooleanSupplier isNearlySpent) {
        gate.holdIf(Gate.Reason.BUDGET, isNearlySpent);
    }

    /** The server ends: clients that wait for others to leave are refused, and none waits any more. */
    void onDrain() {
        waitingRoom.close();
    }

    /** A connection has ended. */
    void onRemoved() {
        waitingRoom.onLeft();
        onGone();
    }

    private void onArrived() {
        if (present.incrementAndGet() >= connectionsMax && holdIfFull()) {
            fullLog.pass(ignored -> LOG.warn(
                    "The limit of {} connections is reached: clients wait until others leave.", connectionsMax));
        }
    }

    private void onGone() {
        if (present.decrementAndGet() == connectionsMax - 1) {
            holdIfFull();
        }
    }

    private boolean holdIfFull() {
        return gate.holdIf(Gate.Reason.FULL, () -> present.get() >= connectionsMax);
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

    /** A client that was expected on this loop is not coming, or did not become a connection. */
    private void onNotCome(ServerLoop home) {
        home.expectedOneNotCome();
        onGone();
    }

    /** Takes in a client that has a place; null, and the place is free again, if there is no handler for it. */
    private SocketEvents enter(ServerLoop home, StreamSocket socket, List<RunningLayer> layers) {
        if (!layers.isEmpty()) {
            return new Passage(socket, layers, home.passages(), new AboveLayers(home, socket, layers), () -> {
                        waitingRoom.onLeft();
                        onNotCome(home);
                    })
                    .begin();
        }
        SocketEvents events = open(home, socket);
        if (events == null) {
            waitingRoom.onLeft();
        }
        return events;
    }

    /** Makes a connection; null if there is no handler for it. */
    private SocketEvents open(ServerLoop home, StreamSocket socket) {
        ConnectionHandler handler;
        try {
            handler = Objects.requireNonNull(handlers.get(), "The supplier of handlers returned null.");
        } catch (Throwable thrown) {
            admission.refuse(CloseReason.HANDLER_FAILED, "the supplier of handlers failed", thrown);
            return null;
        }
        return Connection.open(home.connections(), socket, handler);
    }

    private static boolean namesPeers(List<RunningLayer> layers) {
        return layers.stream().anyMatch(RunningLayer::namesPeers);
    }

    /** Makes a connection of a socket whose layers are open. */
    private final class AboveLayers implements Upper {

        private final ServerLoop home;
        private final StreamSocket socket;
        private final boolean peerIsAnother;

        AboveLayers(ServerLoop home, StreamSocket socket, List<RunningLayer> layers) {
            this.home = home;
            this.socket = socket;
            this.peerIsAnother = namesPeers(layers);
        }

        @Override
        public SocketEvents open(StreamSocket layered) {
            return peerIsAnother
                    ? admission.admit(layered, () -> Door.this.open(home, layered))
                    : Door.this.open(home, layered);
        }

        @Override
        public void refuse(CloseReason why, String because) {
            if (because == null) {
                admission.count(why);
            } else {
                admission.refuse(why, because, socket);
            }
        }
    }

    private final class DoorAcceptor implements Acceptor {

        private final List<RunningLayer> layers;
        private final CompletableFuture<Void> closed;

        DoorAcceptor(List<RunningLayer> layers, CompletableFuture<Void> closed) {
            this.layers = layers;
            this.closed = closed;
        }

        @Override
        public int room() {
            return Math.max(0, connectionsMax - present.get());
        }

        @Override
        public IoEventLoop chooseLoop() {
            ServerLoop chosen = leastLoaded();
            chosen.expectOne();
            onArrived();
            return chosen.loop();
        }

        @Override
        public void onLost(IoEventLoop chosen) {
            onNotCome(of(chosen));
        }

        @Override
        public SocketEvents onAccepted(StreamSocket socket) {
            ServerLoop home = of(socket.loop());
            SocketEvents events = admission.admitsNow() ? admit(home, socket) : null;
            if (events == null) {
                onNotCome(home);
            }
            return events;
        }

        private SocketEvents admit(ServerLoop home, StreamSocket socket) {
            Supplier<SocketEvents> entering =
                    () -> waitingRoom.enter(socket, () -> enter(home, socket, layers), () -> onNotCome(home));
            // Where the peer is a load balancer, the limit per address is looked at when it has said whom it speaks
            // for.
            return namesPeers(layers) ? entering.get() : admission.admit(socket, entering);
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
