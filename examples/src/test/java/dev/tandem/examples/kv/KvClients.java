package dev.tandem.examples.kv;

import dev.tandem.endtoend.EndToEnd;
import dev.tandem.endtoend.OnBothTransports;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TransportChoice;
import dev.tandem.transport.TransportException;
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

    @BeforeEach
    void serve() throws TransportException {
        server = closeAfterwards(serve(0));
    }

    /** A server on this port, 0 for a free one. */
    final TcpServer serve(int port) throws TransportException {
        return Kv.serving(engine)
                .listen(HOST, port)
                .loops(2)
                .transport(TransportChoice.require(transport))
                .start();
    }
}
