package dev.tandem.client;

import dev.tandem.connection.ByteBudget;
import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.connection.LoopConnections;
import dev.tandem.connection.Ticker;
import dev.tandem.layer.RunningLayer;
import dev.tandem.layer.RunningLayers;
import dev.tandem.layer.SocketLayer;
import dev.tandem.message.MessageService;
import dev.tandem.server.EventLoops;
import dev.tandem.server.TransportVerdict;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for connections. They live on loops of the client's own, or each beside a connection that is there already, such as
 * one that a server accepted: on its loop and engine, so that the two talk to each other without another thread.
 *
 * <pre>{@code
 * TcpClient client = TcpClient.builder().start();
 * client.connect("example.org", 9000, (connection, in) -> ...)
 *       .thenAccept(connection -> connection.write(hello));
 * }</pre>
 *
 * <p>Its methods may be called from any thread and do not block, but for {@link #drain} and {@link #close}. A name is looked
 * up by a thread of its own; the connect timeout covers that too. A connection that is not made is told by a {@link
 * ConnectFailedException} in the future; cancelling the future gives the attempt up.
 */
public final class TcpClient implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TcpClient.class);
    private static final long LOOK_NANOS = 2_000_000;

    /** What aborting may take. It takes milliseconds, but for a loop that is blocked. */
    private static final Duration ABORT = Duration.ofMillis(500);

    private final ClientSettings settings;
    private final Optional<EventLoops> own;
    private final List<IoEventLoop> ownLoops;

    /** Of the connections on its own loops; others share the budget of those they are beside. */
    private final ByteBudget budget;

    private final Map<EventLoop, ClientLoop> homes = new ConcurrentHashMap<>();
    private final Set<Dialing> dialing = ConcurrentHashMap.newKeySet();
    private final Ticker ticker = new Ticker(this::tick);
    private final RunningLayers layers = new RunningLayers();
    private final AtomicInteger open = new AtomicInteger();

    /** Sockets that are connected and no connections yet. */
    private final AtomicInteger passing = new AtomicInteger();

    private final AtomicInteger nextLoop = new AtomicInteger();
    private final AtomicLongArray reasons = new AtomicLongArray(CloseReason.values().length);
    private volatile boolean closing;
    private volatile boolean ended;

    TcpClient(ClientSettings settings, Optional<EventLoops> own) {
        this.settings = settings;
        this.own = own;
        this.ownLoops = own.map(EventLoops::all).orElse(List.of());
        this.budget = new ByteBudget(settings.bufferedBytes(), Math.max(1, ownLoops.size()), () -> {});
        ticker.start();
    }

    /** Describes a client to start. */
    public static TcpClientBuilder builder() {
        return new TcpClientBuilder();
    }

    // ---- Connecting ----

    /**
     * Connects to a host by its name or address, on a loop of the client's own.
     *
     * @param handler told of the connection only when it is made
     * @param layers what is between the socket and the connection, the lowest first, such as TLS. One that the client was
     *     not given before, nor an equal one, starts with this call, which may read files, and runs until the client ends
     * @return completes on the connection's loop, after {@link ConnectionHandler#onOpened}
     * @throws IllegalArgumentException if a layer cannot work as described, such as for a file that cannot be read
     * @throws IllegalStateException if the client has no loops of its own
     */
    public CompletableFuture<Connection> connect(
            String host, int port, ConnectionHandler handler, SocketLayer... layers) {
        return connect(InetSocketAddress.createUnresolved(host, port), handler, layers);
    }

    /**
     * Connects to this address, which may be unresolved, like {@link #connect(String, int, ConnectionHandler,
     * SocketLayer...)}.
     */
    public CompletableFuture<Connection> connect(
            SocketAddress address, ConnectionHandler handler, SocketLayer... layers) {
        if (ownLoops.isEmpty()) {
            throw new IllegalStateException(
                    "This client has no loops of its own: give it some with loops(n), or use connectBeside.");
        }
        IoEventLoop loop = ownLoops.get(Math.floorMod(nextLoop.getAndIncrement(), ownLoops.size()));
        return dial(homeOn(loop, this::ownHome), address, handler, layers);
    }

    /**
     * Connects to this address, for typed messages.
     *
     * @throws IllegalArgumentException if a frame may be larger than the client's limits let a connection leave unread
     */
    public CompletableFuture<Connection> connect(
            SocketAddress address, MessageService<?, ?> service, SocketLayer... layers) {
        int unreadMax = settings.connectionLimits().inboundMaxBytes();
        if (service.inboundBytes() > unreadMax) {
            throw new IllegalArgumentException("inboundMaxBytes must be at least " + service.inboundBytes() + " for "
                    + service + ", but was " + unreadMax + ": raise it in connectionLimits.");
        }
        return connect(address, service.newHandler(), layers);
    }

    /**
     * Connects like {@link #connect(SocketAddress, ConnectionHandler, SocketLayer...)}, on the loop of {@code neighbour}. The
     * connection ends at the latest with that loop. A server that drains waits for its own connections only: keep the neighbour
     * open until this one has closed, if what was written to it must arrive.
     */
    public CompletableFuture<Connection> connectBeside(
            Connection neighbour, SocketAddress address, ConnectionHandler handler, SocketLayer... layers) {
        LoopConnections there = neighbour.home();
        return dial(
                homeOn(there.loop(), loop -> there.beside(settings.connectionLimits(), this::onRemoved)),
                address,
                handler,
                layers);
    }

    private ClientLoop homeOn(EventLoop loop, Function<EventLoop, LoopConnections> missing) {
        ClientLoop known = homes.get(loop);
        if (known != null) {
            return known;
        }
        ClientLoop home = homes.computeIfAbsent(loop, newLoop -> ClientLoop.of(missing.apply(newLoop)));
        if (ended) {
            // It may have come too late to be ended with the others.
            home.connections().end();
        }
        return home;
    }

    private void tick() {
        // Looked at here, and not told by the loop: that would know this client for as long as it runs.
        homes.keySet().removeIf(EventLoop::isTerminated);
        homes.values().forEach(ClientLoop::tickFromOutside);
    }

    private LoopConnections ownHome(EventLoop loop) {
        return new LoopConnections(
                own.orElseThrow().transport(),
                loop,
                PooledByteBufAllocator.DEFAULT,
                settings.connectionLimits(),
                budget,
                this::onRemoved);
    }

    private Dialing dial(ClientLoop home, SocketAddress address, ConnectionHandler handler, SocketLayer... described) {
        Objects.requireNonNull(handler, "handler");
        List<RunningLayer> running = closing ? List.of() : start(List.of(described));
        Dialing attempt = new Dialing(this, home, address, settings.connectOptions(), handler, running);
        dialing.add(attempt);
        attempt.whenComplete((connection, thrown) -> dialing.remove(attempt));
        if (closing) {
            attempt.giveUp();
        } else {
            attempt.begin(NameLookup.of(address));
        }
        return attempt;
    }

    private List<RunningLayer> start(List<SocketLayer> described) {
        try {
            return layers.start(described);
        } catch (IllegalStateException e) {
            if (closing) {
                // It may have closed meanwhile, which the future tells like any other time.
                return List.of();
            }
            throw e;
        }
    }

    /** A socket is connected, and if it has layers, they are to be opened. */
    void onPassing() {
        passing.incrementAndGet();
    }

    /** It is gone without having become a connection. */
    void onPassageGone() {
        passing.decrementAndGet();
    }

    /** An attempt has succeeded. On the loop of the connection. */
    SocketEvents open(ClientLoop home, StreamSocket socket, ConnectionHandler handler, Consumer<Connection> onOpened) {
        // In this order: it is always counted as one or the other.
        open.incrementAndGet();
        passing.decrementAndGet();
        return Connection.open(home.connections(), socket, handler, onOpened);
    }

    void onFailed(CloseReason reason) {
        reasons.incrementAndGet(reason.ordinal());
    }

    private void onRemoved(Connection connection) {
        reasons.incrementAndGet(connection.closeReason().ordinal());
        open.decrementAndGet();
        try {
            settings.onClose().accept(connection, connection.closeReason());
        } catch (RuntimeException e) {
            LOG.warn("The action on close threw for {}.", connection, e);
        }
    }

    // ---- What it is ----

    /** Which engine its own loops run on, and why; empty if it has none. */
    public Optional<TransportVerdict> transport() {
        return own.map(EventLoops::verdict);
    }

    /** How many connections are open. */
    public int connections() {
        return open.get();
    }

    /**
     * How often each reason has ended a connection, or an attempt to make one, since the client started. Reasons that did not
     * occur are left out.
     */
    public Map<CloseReason, Long> closeReasons() {
        Map<CloseReason, Long> counts = new EnumMap<>(CloseReason.class);
        for (CloseReason reason : CloseReason.values()) {
            long count = reasons.get(reason.ordinal());
            if (count > 0) {
                counts.put(reason, count);
            }
        }
        return counts;
    }

    // ---- Its end ----

    /**
     * Ends the client in order: attempts are given up, every connection is told ({@link ConnectionHandler#onDrain}), and what
     * is not finished at the deadline is aborted. Returns when all have ended.
     *
     * @return whether every connection was finished
     * @throws IllegalStateException if called on a loop that carries its connections, for which it would wait
     */
    public boolean drain(Duration deadline) {
        if (homes.keySet().stream().anyMatch(EventLoop::inEventLoop)) {
            throw new IllegalStateException("A client cannot be ended on a loop that carries its connections, for it"
                    + " waits until they have ended. Hand the call to another thread.");
        }
        closing = true;
        dialing.forEach(Dialing::giveUp);
        homes.values().forEach(ClientLoop::drainAll);
        long begun = System.nanoTime();
        boolean finished =
                await(() -> Duration.ofNanos(System.nanoTime() - begun).compareTo(deadline) >= 0);
        homes.values().forEach(ClientLoop::endAll);
        await(afterLooks(ABORT));
        ended = true;
        homes.values().forEach(home -> home.connections().end());
        ticker.stopTicking();
        own.ifPresent(EventLoops::end);
        layers.close();
        return finished;
    }

    /** Ends the client at once: every connection is aborted. */
    @Override
    public void close() {
        drain(Duration.ZERO);
    }

    private boolean hasAny() {
        // In this order: what becomes open meanwhile is found there.
        return passing.get() > 0 || open.get() > 0;
    }

    /** Waits until no connection is open, nor on its way. An interrupt of the calling thread ends the wait. */
    private boolean await(BooleanSupplier timeIsUp) {
        while (hasAny() && !timeIsUp.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
        return !hasAny();
    }

    /**
     * Holds when it was asked as often as {@link #await} looks in this time. Not by the clock: where the process is stopped, so
     * are the loops, and they would be taken for blocked.
     */
    private static BooleanSupplier afterLooks(Duration most) {
        long[] left = {most.toNanos() / LOOK_NANOS};
        return () -> left[0]-- <= 0;
    }
}
