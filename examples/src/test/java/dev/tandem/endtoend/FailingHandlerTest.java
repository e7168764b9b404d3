package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.server.DrainReport;
import dev.tandem.server.TcpServer;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A handler that throws, of whatever kind and wherever, costs its own connection and nothing else. */
@OnBothTransportsAndTls
class FailingHandlerTest extends EndToEnd {

    private static final byte[] MORE_THAN_THE_KERNEL_TAKES = new byte[6 << 20];

    /** Throws in the callback named by the text that the peer sends. */
    private static class Failing implements ConnectionHandler {

        private final Throwable failure;
        final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
        private String where = "";

        Failing(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public void onBytes(Connection connection, ByteBuf in) throws Exception {
            if (where.isEmpty()) {
                where = in.readCharSequence(in.readableBytes(), java.nio.charset.StandardCharsets.US_ASCII)
                        .toString();
                connection.write("heard".getBytes());
                if (where.equals("onWritable")) {
                    connection.write(MORE_THAN_THE_KERNEL_TAKES);
                }
                throwIn("onBytes");
            }
        }

        @Override
        public void onPeerFinished(Connection connection) throws Exception {
            throwIn("onPeerFinished");
            connection.close();
        }

        @Override
        public void onWritable(Connection connection) throws Exception {
            throwIn("onWritable");
        }

        @Override
        public void onDrain(Connection connection) throws Exception {
            throwIn("onDrain");
            connection.close(CloseReason.DRAINED);
        }

        @Override
        public void onClosed(Connection connection, CloseReason why) throws Exception {
            closed.complete(why);
            throwIn("onClosed");
        }

        private void throwIn(String callback) throws Exception {
            if (where.equals(callback)) {
                FailingHandlerTest.<RuntimeException>throwAny(failure);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwAny(Throwable any) throws T {
        throw (T) any;
    }

    private static final class ThrowsOnOpen implements ConnectionHandler {
        @Override
        public void onOpened(Connection connection) {
            connection.write("welcome".getBytes());
            throw new IllegalStateException("onOpened");
        }

        @Override
        public void onBytes(Connection connection, ByteBuf in) {
            connection.write(in);
        }
    }

    /** One loop, on which a well-behaved connection lives beside the one whose handler throws. */
    private TcpServer startWith(Supplier<? extends ConnectionHandler> failing, AtomicInteger made) {
        return start(builder -> builder.loops(1)
                .handlerPerConnection(() -> made.getAndIncrement() == 0
                        ? (ConnectionHandler) (connection, in) -> connection.write(in)
                        : failing.get()));
    }

    private void throwsIn(String callback, Throwable failure) throws Exception {
        Failing failing = new Failing(failure);
        TcpServer server = startWith(() -> failing, new AtomicInteger());
        Peer neighbour = connect(server);
        neighbour.echo("before");
        Peer peer = connect(server);
        peer.send(callback);
        // What was written before the exception is delivered, and then the stream ends in order.
        assertThat(peer.receiveText(5)).isEqualTo("heard");
        peer.finishSending().receiveToEnd();
        peer.close();

        assertThat(failing.closed.get(10, TimeUnit.SECONDS)).isEqualTo(CloseReason.HANDLER_FAILED);
        neighbour.echo("after");
        assertThat(server.closeReasons()).isEqualTo(Map.of(CloseReason.HANDLER_FAILED, 1L));
        assertThat(Logs.with("The handler of connection(")).hasSize(1);
    }

    @Test
    void inOnBytesARuntimeException() throws Exception {
        throwsIn("onBytes", new IllegalArgumentException("onBytes"));
    }

    @Test
    void inOnBytesACheckedException() throws Exception {
        throwsIn("onBytes", new java.io.IOException("onBytes"));
    }

    @Test
    void inOnBytesAnAssertionError() throws Exception {
        throwsIn("onBytes", new AssertionError("onBytes"));
    }

    @Test
    void inOnBytesAStackOverflow() throws Exception {
        throwsIn("onBytes", new StackOverflowError("onBytes"));
    }

    @Test
    void inOnBytesOutOfMemory() throws Exception {
        throwsIn("onBytes", new OutOfMemoryError("onBytes"));
    }

    @Test
    void inOnPeerFinished() throws Exception {
        throwsIn("onPeerFinished", new IllegalStateException("onPeerFinished"));
    }

    @Test
    void inOnWritable() throws Exception {
        throwsIn("onWritable", new IllegalStateException("onWritable"));
    }

    @Test
    void inOnOpened() throws Exception {
        TcpServer server = startWith(ThrowsOnOpen::new, new AtomicInteger());
        Peer neighbour = connect(server);
        neighbour.echo("before");
        Peer peer = connect(server);
        assertThat(peer.receiveToEnd()).asString().isEqualTo("welcome");
        peer.close();

        awaitClosed(server, CloseReason.HANDLER_FAILED, 1);
        neighbour.echo("after");
    }

    @Test
    void inOnDrain() throws Exception {
        Failing failing = new Failing(new IllegalStateException("onDrain"));
        TcpServer server = startWith(() -> failing, new AtomicInteger());
        Peer neighbour = connect(server);
        Peer peer = connect(server);
        neighbour.echo("before");
        peer.send("onDrain").receive(5);
        CompletableFuture<DrainReport> drained =
                CompletableFuture.supplyAsync(() -> server.drain(Duration.ofSeconds(10)));
        peer.receiveToEnd();
        peer.close();
        neighbour.receiveToEnd();
        neighbour.close();

        DrainReport report = drained.get(10, TimeUnit.SECONDS);
        assertThat(report.reasons()).isEqualTo(Map.of(CloseReason.HANDLER_FAILED, 1L, CloseReason.DRAINED, 1L));
        assertThat(report.exitCode()).isZero();
    }

    @Test
    void inOnClosed() throws Exception {
        Failing failing = new Failing(new IllegalStateException("onClosed"));
        TcpServer server = startWith(() -> failing, new AtomicInteger());
        Peer neighbour = connect(server);
        neighbour.echo("before");
        Peer peer = connect(server);
        peer.send("onClosed").receive(5);
        peer.finishSending().receiveToEnd();

        awaitClosed(server, CloseReason.PEER_CLOSED, 1);
        Await.value(
                "log lines", 1, () -> Logs.with("The handler of connection(").size());
        neighbour.echo("after");
        Await.value("open connections", 1, server::connections);
    }

    private void supplierFails(Supplier<? extends ConnectionHandler> supplier) throws Exception {
        AtomicInteger made = new AtomicInteger();
        TcpServer server = startWith(supplier, made);
        Peer neighbour = connect(server);
        neighbour.echo("before");
        assertThat(Peer.isServed(server.port())).isFalse();
        neighbour.echo("after");
        made.set(0);
        connect(server).echo("and later ones come in");

        Await.value("open connections", 2, server::connections);
        assertThat(server.closeReasons()).isEqualTo(Map.of(CloseReason.HANDLER_FAILED, 1L));
        assertThat(server.connectionsPerLoop()).containsExactly(2);
    }

    @Test
    void aSupplierThatThrowsRefusesTheConnection() throws Exception {
        supplierFails(() -> {
            throw new IllegalStateException("supplier");
        });
    }

    @Test
    void aSupplierThatEndsInAnErrorRefusesTheConnection() throws Exception {
        supplierFails(() -> {
            throw new AssertionError("supplier");
        });
    }

    @Test
    void aSupplierThatMakesNothingRefusesTheConnection() throws Exception {
        supplierFails(() -> null);
    }
}
