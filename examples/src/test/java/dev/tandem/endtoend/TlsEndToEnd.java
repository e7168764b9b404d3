package dev.tandem.endtoend;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.server.TcpServer;
import dev.tandem.tls.Tls;
import dev.tandem.transport.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;

/** Servers with TLS, and what they tell of their connections. */
abstract class TlsEndToEnd extends EndToEnd {

    static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    private static final io.netty.pkitesting.X509Bundle LOCALHOST = Authority.TRUSTED.issue("localhost");

    @TempDir
    Path directory;

    /** What was agreed upon, of each connection that was opened. */
    final Queue<TlsSession> sessions = new ConcurrentLinkedQueue<>();

    /** Those that have opened a connection. */
    final Set<EventLoop> loops = ConcurrentHashMap.newKeySet();

    /** How each connection ended, with what its peer said before that it has finished. */
    final Queue<String> ends = new ConcurrentLinkedQueue<>();

    /** A certificate for localhost. */
    Tls localhost() throws IOException {
        Authority.PemFiles files = Authority.write(directory, "localhost", LOCALHOST);
        return Tls.pem(files.chain(), files.key());
    }

    boolean isOpenSsl() {
        return Secured.provider(transport) == SslProvider.OPENSSL;
    }

    /** An echo server that takes notes. */
    TcpServer startEcho(Tls tls) {
        return start(
                builder -> builder.handlerPerConnection(Noting::new), tls.withProvider(Secured.provider(transport)));
    }

    TcpServer startSecured(UnaryOperator<dev.tandem.server.TcpServerBuilder> describe) throws IOException {
        return start(describe, localhost().withProvider(Secured.provider(transport)));
    }

    TlsPeer connect(TlsClient client, TcpServer server) {
        return closeAfterwards(client.connect(server.port()));
    }

    /** Waits until one connection has ended, and tells how. */
    String awaitEnd() {
        Await.until("a connection has ended", () -> !ends.isEmpty());
        return ends.poll();
    }

    /** Echoes. */
    final class Noting implements ConnectionHandler {

        private boolean peerFinished;

        @Override
        public void onOpened(Connection connection) {
            sessions.add(connection.tls().orElseThrow());
            loops.add(connection.loop());
        }

        @Override
        public void onBytes(Connection connection, ByteBuf in) {
            connection.write(in);
        }

        @Override
        public void onPeerFinished(Connection connection) {
            peerFinished = true;
            connection.close();
        }

        @Override
        public void onClosed(Connection connection, CloseReason why) {
            ends.add(why + (peerFinished ? " after the peer finished" : ""));
        }
    }
}
