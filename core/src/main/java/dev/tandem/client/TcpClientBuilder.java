package dev.tandem.client;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionLimits;
import dev.tandem.server.EventLoops;
import dev.tandem.server.TransportChoice;
import dev.tandem.transport.ConnectOptions;
import dev.tandem.transport.TransportConfig;
import dev.tandem.transport.TransportUnavailableException;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/** Describes a client, then starts it. Not safe for use by several threads. */
public final class TcpClientBuilder {

    private Optional<TransportChoice> transport = Optional.empty();
    private TransportConfig transportConfig = TransportConfig.DEFAULT;
    private ConnectOptions connectOptions = ConnectOptions.DEFAULT;

    /** A server may wait for the client to speak first, so that it is silent at the beginning says nothing. */
    private ConnectionLimits connectionLimits = ConnectionLimits.DEFAULT.withFirstByte(ConnectionLimits.NEVER);

    private long bufferedBytes = PlatformDependent.maxDirectMemory() / 2;
    private BiConsumer<Connection, CloseReason> onClose = (connection, why) -> {};
    private int loops = 1;

    TcpClientBuilder() {}

    /**
     * Which engine its own loops run on; {@link TransportChoice#auto()} if this is not called. The system property {@code
     * tandem.transport} and the environment variable {@code TANDEM_TRANSPORT} override it.
     */
    public TcpClientBuilder transport(TransportChoice choice) {
        transport = Optional.of(choice);
        return this;
    }

    /** How the engine of its own loops receives. */
    public TcpClientBuilder transportConfig(TransportConfig config) {
        transportConfig = Objects.requireNonNull(config, "config");
        return this;
    }

    /**
     * How many event loops of its own to run, each on a thread of its own; one if this is not called. None, 0, is for clients
     * that only connect beside connections of a server.
     */
    public TcpClientBuilder loops(int count) {
        if (count < 0 || count > 1024) {
            throw new IllegalArgumentException("loops must be from 0 to 1024, but was " + count + ".");
        }
        loops = count;
        return this;
    }

    /** How long it may take to look up a name and be connected; 10 s if this is not called. */
    public TcpClientBuilder connectTimeout(Duration timeout) {
        connectOptions = connectOptions.withTimeout(timeout);
        return this;
    }

    /** Socket options of the connections. */
    public TcpClientBuilder connectOptions(UnaryOperator<ConnectOptions> change) {
        connectOptions = change.apply(connectOptions);
        return this;
    }

    /**
     * Changes the bounds of each connection. They begin as those of a server's, but that there is no deadline for the first
     * byte.
     */
    public TcpClientBuilder connectionLimits(UnaryOperator<ConnectionLimits> change) {
        connectionLimits = change.apply(connectionLimits);
        return this;
    }

    /**
     * The most memory that all connections on the client's own loops together may hold for bytes unread and unsent, at least
     * 1; half of the JVM's direct memory if this is not called. Connections beside those of a server count to the server's.
     */
    public TcpClientBuilder bufferedBytes(long most) {
        if (most < 1) {
            throw new IllegalArgumentException("bufferedBytes must be at least 1, but was " + most + ".");
        }
        bufferedBytes = most;
        return this;
    }

    /** Told of every connection that has ended, whatever its handler. Called on the connection's loop. */
    public TcpClientBuilder onClose(BiConsumer<Connection, CloseReason> action) {
        onClose = Objects.requireNonNull(action, "action");
        return this;
    }

    /**
     * Starts the client.
     *
     * @throws TransportUnavailableException if the engine required does not work here
     */
    public TcpClient start() {
        Optional<EventLoops> own =
                loops == 0 ? Optional.empty() : Optional.of(EventLoops.start(transport, transportConfig, loops));
        return new TcpClient(new ClientSettings(connectOptions, connectionLimits, bufferedBytes, onClose), own);
    }
}
