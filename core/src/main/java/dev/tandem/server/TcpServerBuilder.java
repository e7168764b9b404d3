package dev.tandem.server;

import dev.tandem.codec.Codec;
import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.connection.ConnectionLimits;
import dev.tandem.layer.SocketLayer;
import dev.tandem.message.AsyncMessageHandler;
import dev.tandem.message.MessageHandler;
import dev.tandem.message.MessageService;
import dev.tandem.message.ReplyOrder;
import dev.tandem.message.Workers;
import dev.tandem.transport.InheritedSocket;
import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.TransportConfig;
import dev.tandem.transport.TransportException;
import dev.tandem.transport.TransportUnavailableException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Describes a server, then starts it. Not safe for use by several threads; what it started does not change with it.
 *
 * <pre>{@code
 * TcpServer.builder().listen(9000).handler((connection, in) -> connection.write(in)).run();
 * }</pre>
 */
public final class TcpServerBuilder {

    private Optional<TransportChoice> transport = Optional.empty();
    private TransportConfig transportConfig = TransportConfig.DEFAULT;
    private ListenOptions listenOptions = ListenOptions.DEFAULT;
    private ServerLimits limits = ServerLimits.DEFAULT;
    private ConnectionLimits connectionLimits = ConnectionLimits.DEFAULT;
    private final List<ListenAddress> addresses = new ArrayList<>();
    private int loops = Runtime.getRuntime().availableProcessors();
    private Supplier<? extends ConnectionHandler> handlers;
    private Optional<MessageService<?, ?>> service = Optional.empty();
    private BiConsumer<Connection, CloseReason> onClose = (connection, why) -> {};

    TcpServerBuilder() {}

    /**
     * Listens on this port of the loopback address. 0 takes a free one; {@link TcpServer#addresses} tells which.
     *
     * @param layers as for {@link #listen(String, int, SocketLayer...)}
     */
    public TcpServerBuilder listen(int port, SocketLayer... layers) {
        return listen("127.0.0.1", port, layers);
    }

    /**
     * Listens on this address; {@code 0.0.0.0} or {@code ::} for all of them. May be called several times.
     *
     * @param layers what is between the sockets accepted here and their connections, such as TLS; the lowest, which sees
     *     the bytes of the network, first
     */
    public TcpServerBuilder listen(String host, int port, SocketLayer... layers) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be from 0 to 65535, but was " + port + ".");
        }
        addresses.add(
                new ListenAddress(new InetSocketAddress(Objects.requireNonNull(host, "host"), port), List.of(layers)));
        return this;
    }

    /**
     * Listens on a Unix domain socket of this path, which has at most 107 bytes. May be called several times. The mode of the
     * socket's file is one of the {@link #listenOptions}, and lets only its owner connect if it is not changed. A file that a
     * server left behind when it was killed is replaced; the file is removed when this server closes its door.
     *
     * @param layers as for {@link #listen(String, int, SocketLayer...)}
     */
    public TcpServerBuilder listen(Path socketFile, SocketLayer... layers) {
        addresses.add(new ListenAddress(UnixDomainSocketAddress.of(socketFile), List.of(layers)));
        return this;
    }

    /**
     * Listens on every socket that this process was started with by a socket unit of systemd, or by whoever else sets {@code
     * LISTEN_FDS} and {@code LISTEN_PID} (sd_listen_fds(3)). Those sockets outlive this process, so nobody is refused while
     * it is replaced by another: clients wait in the kernel's queue, and a server that drains leaves them there.
     *
     * @param layers as for {@link #listen(String, int, SocketLayer...)}
     * @throws TransportException if it was started with none
     */
    public TcpServerBuilder listenInherited(SocketLayer... layers) throws TransportException {
        for (InheritedSocket socket : SocketActivation.sockets()) {
            addresses.add(new ListenAddress(socket, List.of(layers)));
        }
        return this;
    }

    /**
     * Which engine to use; {@link TransportChoice#auto()} if this is not called. The system property {@code
     * tandem.transport} and the environment variable {@code TANDEM_TRANSPORT} override it.
     */
    public TcpServerBuilder transport(TransportChoice choice) {
        transport = Optional.of(choice);
        return this;
    }

    /** How the engine receives. */
    public TcpServerBuilder transportConfig(TransportConfig config) {
        transportConfig = Objects.requireNonNull(config, "config");
        return this;
    }

    /** Socket options of the listeners, which accepted connections inherit. */
    public TcpServerBuilder listenOptions(UnaryOperator<ListenOptions> change) {
        listenOptions = change.apply(listenOptions);
        return this;
    }

    /** How many event loops to run, each on a thread of its own; one per CPU if this is not called. */
    public TcpServerBuilder loops(int count) {
        if (count < 1 || count > 1024) {
            throw new IllegalArgumentException("loops must be from 1 to 1024, but was " + count + ".");
        }
        loops = count;
        return this;
    }

    /** Changes the bounds of the server: {@code limits(l -> l.withConnections(50_000))}. */
    public TcpServerBuilder limits(UnaryOperator<ServerLimits> change) {
        limits = change.apply(limits);
        return this;
    }

    /** Changes the bounds of each connection: {@code connectionLimits(l -> l.withIdle(Duration.ofMinutes(5)))}. */
    public TcpServerBuilder connectionLimits(UnaryOperator<ConnectionLimits> change) {
        connectionLimits = change.apply(connectionLimits);
        return this;
    }

    /** One handler for all connections, called on all loops: it must keep no state, or know what it does. */
    public TcpServerBuilder handler(ConnectionHandler shared) {
        Objects.requireNonNull(shared, "handler");
        return handlerPerConnection(() -> shared);
    }

    /** A handler of its own for each connection, made on the connection's loop when it is accepted. */
    public TcpServerBuilder handlerPerConnection(Supplier<? extends ConnectionHandler> supplier) {
        handlers = Objects.requireNonNull(supplier, "supplier");
        service = Optional.empty();
        return this;
    }

    // ---- Typed messages ----

    /** Answers the messages of this codec on the connection's loop; the handler must not block. */
    public <I, O> TcpServerBuilder serve(Codec<I, O> codec, MessageHandler<I, O> shared) {
        return servePerConnection(codec, always(shared));
    }

    /** Answers like {@link #serve(Codec, MessageHandler)}, with a handler of its own for each connection. */
    public <I, O> TcpServerBuilder servePerConnection(
            Codec<I, O> codec, Supplier<? extends MessageHandler<I, O>> supplier) {
        return serve(MessageService.onLoop(codec, supplier));
    }

    /**
     * Answers the messages of this codec later, in the order of the requests.
     *
     * @param maxInFlight the most replies owed to one connection; while so many are owed, it is not read
     */
    public <I, O> TcpServerBuilder serveAsync(Codec<I, O> codec, int maxInFlight, AsyncMessageHandler<I, O> shared) {
        return serveAsync(codec, maxInFlight, ReplyOrder.REQUEST, shared);
    }

    /** Answers like {@link #serveAsync(Codec, int, AsyncMessageHandler)}, in this order. */
    public <I, O> TcpServerBuilder serveAsync(
            Codec<I, O> codec, int maxInFlight, ReplyOrder order, AsyncMessageHandler<I, O> shared) {
        return serve(MessageService.async(codec, maxInFlight, order, always(shared)));
    }

    /**
     * Answers the messages of this codec on worker threads, where the handler may block: those of one connection one after
     * the other, replies in the order of the requests. While the workers have as much to do as they may, connections are
     * not read.
     */
    public <I, O> TcpServerBuilder serveBlocking(Codec<I, O> codec, Workers workers, MessageHandler<I, O> shared) {
        return serve(MessageService.blocking(codec, workers, always(shared)));
    }

    /** Answers messages as {@code service} says. */
    public TcpServerBuilder serve(MessageService<?, ?> service) {
        handlers = service::newHandler;
        this.service = Optional.of(service);
        return this;
    }

    private static <H> Supplier<H> always(H shared) {
        Objects.requireNonNull(shared, "handler");
        return () -> shared;
    }

    /**
     * Told of every connection that has ended, whatever its handler: for logs and counters. Called on the connection's loop.
     */
    public TcpServerBuilder onClose(BiConsumer<Connection, CloseReason> action) {
        onClose = Objects.requireNonNull(action, "action");
        return this;
    }

    /**
     * Starts the server: when this returns, it accepts connections on all addresses. If one of them cannot be bound, none
     * is, and nothing is left behind.
     *
     * @throws TransportException if an address cannot be bound
     * @throws TransportUnavailableException if the engine required does not work here
     * @throws IllegalArgumentException if a layer cannot work, such as TLS without its certificate
     * @throws IllegalStateException if no address or no handler was given
     */
    public TcpServer start() throws TransportException {
        if (addresses.isEmpty()) {
            throw new IllegalStateException("A server needs an address: call listen(port).");
        }
        if (handlers == null) {
            throw new IllegalStateException("A server needs a handler: call handler(...).");
        }
        ServerSettings settings = new ServerSettings(
                List.copyOf(addresses),
                listenOptions,
                limits.resolved(),
                limitsOfEachConnection(),
                loops,
                handlers,
                service,
                onClose);
        return TcpServer.start(EventLoops.start(transport, transportConfig, loops), settings);
    }

    /** The largest frame must be able to arrive; how large that is, the framing says and checks. */
    private ConnectionLimits limitsOfEachConnection() {
        int inboundBytes = service.map(MessageService::inboundBytes).orElse(1);
        return connectionLimits.withInboundMax(Math.max(inboundBytes, connectionLimits.inboundMaxBytes()));
    }

    /**
     * Starts the server and waits until it has ended: SIGTERM or SIGINT drains it, a second one aborts.
     *
     * @return the exit code for the process: 0 if every connection was finished, 3 if some had to be aborted
     * @throws TransportException as {@link #start} does
     */
    public int run() throws TransportException {
        return run(started -> {});
    }

    /**
     * Runs the server like {@link #run()}. A signal that comes while it starts, or while {@code onStarted} says so, ends it
     * in the same way.
     *
     * @param onStarted called when the server accepts connections
     */
    public int run(Consumer<? super TcpServer> onStarted) throws TransportException {
        try (SignalWait signals = new SignalWait();
                TcpServer server = start()) {
            onStarted.accept(server);
            return signals.awaitAndDrain(server);
        }
    }
}
