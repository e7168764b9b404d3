package dev.tandem.examples.kv;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.endtoend.EndToEnd;
import dev.tandem.endtoend.OnBothTransports;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TransportChoice;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;

/**
 * A server in this JVM, set up as {@code ./tandem kv} sets it up, for clients that others wrote. Two loops share one
 * engine, so that what clients see must not depend on which loop has their connection.
 */
@OnBothTransports
abstract class KvClients extends EndToEnd {

    static final String HOST = "127.0.0.1";

    final KvEngine engine = new KvEngine(KvSettings.defaults(), System::currentTimeMillis);
    TcpServer server;

    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

    @BeforeEach
    void serve() throws TransportException {
        server = serve(0);
    }

    /** A server on this port, 0 for a free one; it ends with the test. */
    final TcpServer serve(int port) throws TransportException {
        return closeAfterwards(Kv.serving(engine)
                .handlerPerConnection(() -> new Known(new KvConnection(engine)))
                .listen(HOST, port)
                .loops(2)
                .transport(TransportChoice.require(transport))
                .start());
    }

    /** Ends all connections there are the way a failing host does: with a reset, and without a word. */
    final void resetConnections() {
        // A client may be back before the last of them is reset, and is not meant.
        for (Connection connection : List.copyOf(connections)) {
            connection.loop().execute(connection::abort);
        }
    }

    /** Remembers connections, so that a test can end them. */
    private final class Known implements ConnectionHandler {

        private final KvConnection handler;

        Known(KvConnection handler) {
            this.handler = handler;
        }

        @Override
        public void onOpened(Connection connection) {
            connections.add(connection);
            handler.onOpened(connection);
        }

        @Override
        public void onBytes(Connection connection, ByteBuf in) {
            handler.onBytes(connection, in);
        }

        @Override
        public void onClosed(Connection connection, CloseReason why) {
            connections.remove(connection);
            handler.onClosed(connection, why);
        }
    }
}
