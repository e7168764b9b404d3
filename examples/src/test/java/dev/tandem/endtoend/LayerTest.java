package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.layer.LayerEvents;
import dev.tandem.layer.LayeredSocket;
import dev.tandem.layer.Relay;
import dev.tandem.layer.RunningLayer;
import dev.tandem.layer.SocketLayer;
import dev.tandem.layer.Upper;
import dev.tandem.server.DrainReport;
import dev.tandem.server.TcpServer;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What a layer of somebody else may do to a server. */
@OnBothTransports
class LayerTest extends EndToEnd {

    @Test
    void aLayerThatThrowsAtItsBeginningCostsThatConnectionOnly() throws Exception {
        TcpServer server = start(
                builder -> builder.loops(1)
                        .limits(limits -> limits.withConnections(1))
                        .handler((connection, in) -> connection.write(in)),
                new Failing());
        assertThat(connect(server).seesReset()).isTrue();
        Await.value("connections", 0, server::connections);

        // The next one has the place of the first, and its deadline is looked after.
        assertThat(connect(server).seesReset()).isTrue();
        awaitClosed(server, CloseReason.FIRST_BYTE_TIMEOUT, 1);
        Await.value("connections", 0, server::connections);
        Logs.begin();
    }

    @Test
    void aLayerThatThrowsWhenItIsAbortedDoesNotKeepTheServerFromEnding() throws Exception {
        TcpServer server = start(builder -> builder.loops(1).handler(new Staying()), new Clinging());
        connect(server);
        connect(server);
        Await.value("connections", 2, server::connections);

        DrainReport report = server.drain(Duration.ZERO);

        assertThat(report.aborted()).isEqualTo(2);
        Await.value("connections", 0, server::connections);
        Logs.begin();
    }

    @Test
    void aLoopThatEndedBeforeItsTimeDoesNotKeepTheServerFromEnding() throws Exception {
        CompletableFuture<Connection> opened = new CompletableFuture<>();
        TcpServer server = start(builder -> builder.loops(2).handler(new Staying() {
            @Override
            public void onOpened(Connection connection) {
                opened.complete(connection);
            }
        }));
        connect(server);
        EventLoop loop = opened.get(10, TimeUnit.SECONDS).loop();
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();

        DrainReport report = server.drain(Duration.ZERO);

        assertThat(report.aborted()).isZero();
        Logs.begin();
    }

    /** Does not end when the server does. */
    private static class Staying implements ConnectionHandler {

        @Override
        public void onBytes(Connection connection, ByteBuf in) {
            connection.write(in);
        }

        @Override
        public void onDrain(Connection connection) {}
    }

    /** Is open at once, and cannot be aborted. */
    private static final class Clinging implements SocketLayer, RunningLayer {

        @Override
        public RunningLayer start() {
            return this;
        }

        @Override
        public LayerEvents begin(StreamSocket socket, Upper upper) {
            return new Open(upper.open(new Unabortable(socket)));
        }

        @Override
        public Duration deadline() {
            return Duration.ofSeconds(10);
        }

        @Override
        public void close() {}
    }

    private static final class Unabortable extends LayeredSocket {

        Unabortable(StreamSocket socket) {
            super(socket);
        }

        @Override
        public void resumeReceiving() {
            socket.resumeReceiving();
        }

        @Override
        public void pauseReceiving() {
            socket.pauseReceiving();
        }

        @Override
        public void send(ByteBuf bytes) {
            socket.send(bytes);
        }

        @Override
        public boolean sendLoan(ByteBuf loan) {
            return socket.sendLoan(loan);
        }

        @Override
        public void shutdownOutput() {
            socket.shutdownOutput();
        }

        @Override
        public void close() {
            socket.close();
        }

        @Override
        public void abort() {
            throw new IllegalStateException("It cannot be aborted.");
        }
    }

    private static final class Open extends Relay implements LayerEvents {

        Open(SocketEvents above) {
            super(above);
        }

        @Override
        public void onOverdue() {}

        @Override
        public void onDrain() {}
    }

    /** Throws the first time, and then is never open. */
    private static final class Failing implements SocketLayer, RunningLayer {

        private final AtomicBoolean failed = new AtomicBoolean();

        @Override
        public RunningLayer start() {
            return this;
        }

        @Override
        public LayerEvents begin(StreamSocket socket, Upper upper) {
            if (failed.compareAndSet(false, true)) {
                throw new IllegalStateException("There is no such layer today.");
            }
            return new Silent(socket, upper);
        }

        @Override
        public Duration deadline() {
            return Duration.ofMillis(500);
        }

        @Override
        public void close() {}
    }

    private static final class Silent extends Relay implements LayerEvents {

        private final StreamSocket socket;
        private final Upper upper;

        Silent(StreamSocket socket, Upper upper) {
            this.socket = socket;
            this.upper = upper;
        }

        @Override
        public void onReceived(ByteBuf loan) {}

        @Override
        public void onReceiveEnd() {}

        @Override
        public void onClosed() {}

        @Override
        public void onOverdue() {
            upper.refuse(CloseReason.FIRST_BYTE_TIMEOUT, null);
            socket.abort();
        }

        @Override
        public void onDrain() {
            socket.abort();
        }
    }
}
