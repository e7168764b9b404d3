package dev.tandem.server;

import dev.tandem.connection.ByteBudget;
import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.LoopConnections;
import dev.tandem.connection.Ticker;
import dev.tandem.layer.RunningLayers;
import dev.tandem.transport.Acceptor;
import dev.tandem.transport.Listener;
import dev.tandem.transport.Transport;
import dev.tandem.transport.TransportException;
import io.netty.channel.IoEventLoop;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server. Its methods may be called from any thread that is not one of its loops; those that end it wait until it
 * has ended.
 */
public final class TcpServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TcpServer.class);

    private final EventLoops eventLoops;
    private final ServerSettings settings;
    private final List<ServerLoop> loops = new ArrayList<>();
    private final ByteBudget budget;
    private final Door door;
    private final List<Listener> listeners = new ArrayList<>();
    private final List<CompletableFuture<Void>> listenersClosed = new ArrayList<>();
    private final RunningLayers layers = new RunningLayers();
    private final Ticker ticker;
    private final Drain drain = new Drain(this);

    private TcpServer(EventLoops eventLoops, ServerSettings settings) {
        this.eventLoops = eventLoops;
        this.settings = settings;
        this.budget = new ByteBudget(settings.limits().bufferedBytes(), settings.loops(), this::onBudgetChanged);
        for (IoEventLoop loop : eventLoops.all()) {
            loops.add(
                    new ServerLoop(eventLoops.transport(), loop, settings.connectionLimits(), budget, this::onRemoved));
        }
        this.door = new Door(loops, settings.limits(), settings.handlers());
        this.ticker = new Ticker(() -> loops.forEach(loop -> loop.connections().tickFromOutside()));
    }

    /** Describes a server to start. */
    public static TcpServerBuilder builder() {
        return new TcpServerBuilder();
    }

    static TcpServer start(EventLoops eventLoops, ServerSettings settings) throws TransportException {
        TcpServer server = new TcpServer(eventLoops, settings);
        try {
            server.listen(eventLoops.transport());
        } catch (TransportException | RuntimeException e) {
            server.drain.runSilently();
            throw e;
        }
        server.ticker.start();
        LOG.info(
                "Listening on {} loops={} connectionsMax={} {}",
                server.addresses(),
                settings.loops(),
                Description.count(settings.limits().connections()),
                eventLoops.verdict());
        return server;
    }

    private void listen(Transport transport) throws TransportException {
        // All of them first: nobody comes in through one address while another cannot be served.
        settings.addresses().forEach(address -> layers.start(address.layers()));
        for (ListenAddress address : settings.addresses()) {
            CompletableFuture<Void> closed = new CompletableFuture<>();
            IoEventLoop loop = loops.get(listeners.size() % loops.size()).loop();
            Acceptor acceptor = door.acceptor(layers.start(address.layers()), closed);
            Listener listener = transport.listen(loop, address.address(), settings.listenOptions(), acceptor);
            listeners.add(listener);
            listenersClosed.add(closed);
            door.add(listener);
        }
    }

    // ---- What it is ----

    /** The addresses it listens on, with the ports the kernel chose where port 0 was asked for. */
    public List<SocketAddress> addresses() {
        return listeners.stream().map(Listener::localAddress).toList();
    }

    /**
     * The port of the first address that has one.
     *
     * @throws IllegalStateException if it listens on Unix domain sockets only
     */
    public int port() {
        return addresses().stream()
                .filter(InetSocketAddress.class::isInstance)
                .mapToInt(address -> ((InetSocketAddress) address).getPort())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("The server listens on no port, but on " + addresses()));
    }

    /** Which engine it runs on, and why. */
    public TransportVerdict transport() {
        return eventLoops.verdict();
    }

    /** How many event loops it runs. */
    public int loopCount() {
        return loops.size();
    }

    /** How many connections are open. */
    public int connections() {
        return door.open();
    }

    /** How many connections each loop has. */
    public List<Integer> connectionsPerLoop() {
        return loops.stream().map(ServerLoop::load).toList();
    }

    /** How many connections were opened since it started. */
    public long opened() {
        return sum(LoopConnections::opened);
    }

    /** How many bytes were received since it started. */
    public long receivedBytes() {
        return sum(LoopConnections::receivedBytes);
    }

    /** How many bytes the kernel took to send since it started. */
    public long sentBytes() {
        return sum(LoopConnections::sentBytes);
    }

    /** How much memory all connections hold for bytes that are unread or unsent: what {@link ServerLimits} bounds. */
    public long bufferedBytes() {
        return sum(LoopConnections::bufferedBytes);
    }

    /**
     * How often each reason has ended a connection, or refused one, since the server started. Reasons that did not occur are
     * left out.
     */
    public Map<CloseReason, Long> closeReasons() {
        Map<CloseReason, Long> reasons = new EnumMap<>(CloseReason.class);
        for (CloseReason reason : CloseReason.values()) {
            long count = sum(connections -> connections.closed(reason)) + door.refused(reason);
            if (count > 0) {
                reasons.put(reason, count);
            }
        }
        return reasons;
    }

    private long sum(ToLongFunction<LoopConnections> counter) {
        return loops.stream()
                .mapToLong(loop -> counter.applyAsLong(loop.connections()))
                .sum();
    }

    /** Every limit and default in force, a line each. */
    public String describe() {
        return Description.of(this, settings);
    }

    private void onBudgetChanged() {
        door.followBudget(budget::isNearlySpent);
    }

    private void onRemoved(Connection connection) {
        door.onRemoved();
        try {
            settings.onClose().accept(connection, connection.closeReason());
        } catch (RuntimeException e) {
            LOG.warn("The action on close threw for {}.", connection, e);
        }
    }

    List<ServerLoop> loops() {
        return loops;
    }

    /** How many accepted sockets there are that have not ended yet: connections, and clients that wait for a place. */
    int present() {
        return door.present();
    }

    boolean isOnLoop() {
        return eventLoops.isOnLoop();
    }

    // ---- Its end ----

    /** Drains within {@link ServerLimits#drain}. */
    public DrainReport drain() {
        return drain(settings.limits().drain());
    }

    /**
     * Ends the server without losing what was asked of it: takes in clients that are connected already, tells every
     * connection ({@link dev.tandem.connection.ConnectionHandler#onDrain}), delivers what was written, and waits for the
     * peers to finish. What is not finished at the deadline is aborted. Returns when the server has ended; called again, also
     * meanwhile, it waits for the end of the first call, whose deadline holds, and returns the same report. An interrupt of
     * the thread of the first call ends the wait: the deadline is then.
     *
     * @throws IllegalStateException if called on one of the server's loops, for which it would wait
     */
    public DrainReport drain(Duration deadline) {
        return drain.run(deadline);
    }

    /** Ends the server at once: every connection is aborted. */
    @Override
    public void close() {
        drain.abortNow();
        drain.run(Duration.ZERO);
    }

    /**
     * Waits for SIGTERM or SIGINT, then drains; a second signal aborts what is still open.
     *
     * @return the exit code for the process: 0 if every connection was finished, 3 if some had to be aborted
     */
    public int awaitSignalAndDrain() {
        try (SignalWait signals = new SignalWait()) {
            return signals.awaitAndDrain(this);
        }
    }

    void abortDrain() {
        drain.abortNow();
    }

    /** Takes in who is connected already, and nobody after that. */
    void closeDoor() {
        door.onDrain();
        listeners.forEach(Listener::close);
    }

    boolean isDoorClosed() {
        return listenersClosed.stream().allMatch(CompletableFuture::isDone);
    }

    void stopLoops() {
        ticker.stopTicking();
        eventLoops.end();
        layers.close();
    }
}
