package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.client.ConnectFailedException;
import dev.tandem.client.TcpClient;
import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.layer.LayerEvents;
import dev.tandem.layer.RunningLayer;
import dev.tandem.layer.SocketLayer;
import dev.tandem.layer.Upper;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TransportChoice;
import dev.tandem.transport.StreamSocket;
import io.netty.buffer.ByteBuf;
import java.lang.ref.WeakReference;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Who asks a client for a connection while it ends, or afterwards, gets none, and leaves nothing behind. */
@OnBothTransports
class ClosingClientTest extends EndToEnd {

    private static final ConnectionHandler SILENT = (connection, in) -> in.skipBytes(in.readableBytes());

    /** Which of two threads that wait for one lock gets it first is up to the JVM, so more than once. */
    @RepeatedTest(5)
    void aLayerThatWouldStartTooLateFailsTheFuture() throws Exception {
        SocketAddress server = startEcho().addresses().get(0);
        TcpClient client = closeAfterwards(TcpClient.builder()
                .transport(TransportChoice.require(transport))
                .start());
        SlowLayer slow = new SlowLayer();
        FutureTask<?> first = new FutureTask<>(() -> client.connect(server, SILENT, slow));
        new Thread(first).start();
        assertThat(slow.starting.await(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();

        FutureTask<CompletableFuture<Connection>> second =
                new FutureTask<>(() -> client.connect(server, SILENT, Idle::new));
        startUntilBlocked(second);
        FutureTask<?> closing = new FutureTask<>(client::close, null);
        startUntilBlocked(closing);
        slow.goOn.countDown();
        closing.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);

        CompletableFuture<Connection> refused = second.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThatThrownBy(() -> refused.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        ConnectFailedException.class,
                        failure -> assertThat(failure.reason()).isEqualTo(CloseReason.ABORTED));
    }

    private static void startUntilBlocked(FutureTask<?> task) throws Exception {
        Thread thread = new Thread(task);
        thread.start();
        Await.until("it waits for a lock", () -> thread.getState() == Thread.State.BLOCKED);
    }

    @Test
    void aLoopOfAServerForgetsAClientThatHasEnded() throws Exception {
        awaitForgotten(endedBeside(neighbour(), startEcho().addresses().get(0)));
    }

    private static WeakReference<TcpClient> endedBeside(Connection neighbour, SocketAddress address) throws Exception {
        try (TcpClient client = TcpClient.builder().loops(0).start()) {
            client.connectBeside(neighbour, address, SILENT).get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return new WeakReference<>(client);
        }
    }

    @Test
    void aLoopOfAServerDoesNotKeepAClientThatIsAskedWhenItHasEnded() throws Exception {
        awaitForgotten(askedTooLate(neighbour(), startEcho().addresses().get(0)));
    }

    /** A connection of a server. */
    private Connection neighbour() throws Exception {
        CompletableFuture<Connection> opened = new CompletableFuture<>();
        TcpServer server = start(builder -> builder.handler(new ConnectionHandler() {
            @Override
            public void onOpened(Connection connection) {
                opened.complete(connection);
            }

            @Override
            public void onBytes(Connection connection, ByteBuf in) {
                in.skipBytes(in.readableBytes());
            }
        }));
        connect(server);
        return opened.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static void awaitForgotten(WeakReference<TcpClient> ended) {
        Await.until("nobody knows it any more", () -> {
            System.gc();
            return ended.get() == null;
        });
    }

    private static WeakReference<TcpClient> askedTooLate(Connection neighbour, SocketAddress address) {
        TcpClient client = TcpClient.builder().loops(0).start();
        client.close();
        assertThat(client.connectBeside(neighbour, address, SILENT)).isCompletedExceptionally();
        return new WeakReference<>(client);
    }

    /** Its start ends when the test says so. */
    private static final class SlowLayer implements SocketLayer {

        private final CountDownLatch starting = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);

        @Override
        public RunningLayer start() {
            starting.countDown();
            try {
                assertThat(goOn.await(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new Idle();
        }
    }

    private static final class Idle implements RunningLayer {

        @Override
        public LayerEvents begin(StreamSocket socket, Upper upper) {
            throw new AssertionError("A socket came.");
        }

        @Override
        public Duration deadline() {
            return Duration.ofMinutes(1);
        }

        @Override
        public void close() {}
    }
}
