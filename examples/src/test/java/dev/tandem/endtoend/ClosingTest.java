package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.connection.LoopConnections;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** How connections end: what is still delivered, and what the peer sees. */
@OnBothTransportsAndTls
class ClosingTest extends EndToEnd {

    /** More than the kernel's buffers hold for a peer that has a small window. */
    private static final byte[] LARGE = new byte[6 << 20];

    static {
        new RandomStream(1).next(LARGE, LARGE.length);
    }

    /** Lets peers take their time to finish, wherever that is not what the test is about. */
    private static TcpServerBuilder patient(TcpServerBuilder builder) {
        return builder.connectionLimits(limits -> limits.withLinger(Await.PATIENCE));
    }

    @Test
    void aPeerThatHasFinishedSendingStillReceivesEveryReply() throws Exception {
        TcpServer server = startEcho();
        Peer peer = connect(server);
        Thread sender = new Thread(() -> sendAndFinish(peer));
        sender.start();
        // Far more is on its way than is read from it at a time, so the end arrives long before the last reply.
        byte[] first = peer.receive(100);
        sender.join(100);
        byte[] rest = peer.receiveToEnd();

        assertThat(first.length + rest.length).isEqualTo(LARGE.length);
        assertThat(rest).endsWith(LARGE[LARGE.length - 2], LARGE[LARGE.length - 1]);
        awaitClosed(server, CloseReason.PEER_CLOSED, 1);
    }

    private static void sendAndFinish(Peer peer) {
        try {
            peer.send(LARGE).finishSending();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aReplyMadeLongAfterTheEndOfInputIsDelivered() throws Exception {
        TcpServer server = start(builder -> builder.handler(new ConnectionHandler() {
            @Override
            public void onBytes(Connection connection, ByteBuf in) {
                in.skipBytes(in.readableBytes());
            }

            @Override
            public void onPeerFinished(Connection connection) {
                connection.loop().schedule(() -> answer(connection), 100, TimeUnit.MILLISECONDS);
            }

            private void answer(Connection connection) {
                connection.write("late".getBytes());
                connection.close();
            }
        }));
        Peer peer = connect(server);
        peer.send("question").finishSending();

        assertThat(peer.receiveToEnd()).asString().isEqualTo("late");
        awaitClosed(server, CloseReason.PEER_CLOSED, 1);
    }

    @Test
    void closeDeliversWhatWasWrittenBeforeAndNothingAfter() throws Exception {
        TcpServer server = start(builder -> builder.handler((connection, in) -> {
            in.skipBytes(in.readableBytes());
            connection.write(LARGE);
            connection.close();
            connection.write("too late".getBytes());
        }));
        Peer peer = closeAfterwards(Peer.connectWithSmallWindow(server.port()));
        peer.send("go");
        byte[] received = peer.receiveToEnd();
        peer.close();

        assertThat(received).isEqualTo(LARGE);
        awaitClosed(server, CloseReason.CLOSED, 1);
    }

    @Test
    void unreadInputDoesNotDestroyTheLastReply() throws Exception {
        AtomicReference<Connection> opened = new AtomicReference<>();
        TcpServer server = start(builder -> patient(builder).handler(new ConnectionHandler() {
            @Override
            public void onOpened(Connection connection) {
                connection.pauseReading();
                opened.set(connection);
            }

            @Override
            public void onBytes(Connection connection, ByteBuf in) {
                throw new AssertionError("Paused.");
            }
        }));
        Peer peer = closeAfterwards(Peer.connectWithSmallWindow(server.port()));
        peer.send(new byte[100_000]);
        Await.until("the connection is open", () -> opened.get() != null);
        opened.get().write(LARGE);
        opened.get().close();
        // The reply does not fit the window: a reset on account of the unread bytes would cut it off.
        byte[] received = peer.receiveToEnd();
        // Nor does what the peer sends now, not knowing that nobody reads it.
        peer.send(new byte[100_000]).finishSending();

        assertThat(received).isEqualTo(LARGE);
        awaitClosed(server, CloseReason.CLOSED, 1);
    }

    @Test
    void aPeerThatSendsMuchBeforeItReadsReceivesTheReplyOfAClosedConnection() throws Exception {
        TcpServer server = start(builder -> patient(builder).handler((connection, in) -> {
            connection.write("refused".getBytes());
            connection.close();
        }));
        Peer peer = connect(server);
        peer.send(LARGE);

        assertThat(peer.receiveToEnd()).asString().isEqualTo("refused");
        peer.close();
        awaitClosed(server, CloseReason.CLOSED, 1);
    }

    @Test
    void aPeerThatNeverFinishesIsNotWaitedForLongerThanTheLinger() throws Exception {
        TcpServer server = start(builder -> builder.connectionLimits(limits -> limits.withLinger(Duration.ofSeconds(4)))
                .handler((connection, in) -> {
                    connection.write(in);
                    connection.close();
                }));
        Peer peer = connect(server);
        long start = System.nanoTime();
        peer.send("last words");
        assertThat(peer.receiveToEnd()).asString().isEqualTo("last words");
        Await.value("open connections", 0, server::connections);

        // Twice the default, so that a server which ignored the setting would be early, by more than a late tick is.
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofSeconds(4).minus(LoopConnections.TICK), Await.PATIENCE);
        awaitClosed(server, CloseReason.CLOSED, 1);
    }

    @Test
    void abortResetsThePeer() throws Exception {
        TcpServer server = start(builder -> builder.handler((connection, in) -> {
            connection.write(LARGE);
            connection.abort();
        }));
        Peer peer = connect(server);
        peer.send("go");

        assertThat(peer.seesReset()).isTrue();
        awaitClosed(server, CloseReason.ABORTED, 1);
    }

    @Test
    void shutdownOutputEndsOneDirectionOnly() throws Exception {
        StringBuffer received = new StringBuffer();
        TcpServer server = start(builder -> builder.handler(new ConnectionHandler() {
            @Override
            public void onOpened(Connection connection) {
                connection.write("hello".getBytes());
                connection.shutdownOutput();
            }

            @Override
            public void onBytes(Connection connection, ByteBuf in) {
                received.append(in.readCharSequence(in.readableBytes(), java.nio.charset.StandardCharsets.US_ASCII));
            }
        }));
        Peer peer = connect(server);
        assertThat(peer.receiveToEnd()).asString().isEqualTo("hello");
        peer.send("still here").finishSending();

        awaitClosed(server, CloseReason.PEER_CLOSED, 1);
        assertThat(received).hasToString("still here");
    }

    @Test
    void writingAfterShutdownOutputIsTheCallersMistake() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        TcpServer server = start(builder -> builder.handler((connection, in) -> {
            connection.write(in);
            connection.shutdownOutput();
            assertThatThrownBy(() -> connection.write("more".getBytes()))
                    .isInstanceOf(IllegalStateException.class)
                    .satisfies(thrown::set);
        }));
        Peer peer = connect(server);
        peer.send("bye");

        assertThat(peer.receiveToEnd()).asString().isEqualTo("bye");
        assertThat(thrown.get()).hasMessageContaining("The output was shut down");
        peer.close();
        awaitClosed(server, CloseReason.PEER_CLOSED, 1);
    }

    /** Each record tells its thread and its number, so that a gap, a swap or half a record shows. */
    @RepeatedTest(5)
    void writesOfManyThreadsDuringCloseAreAPrefixOfEach() throws Exception {
        int threads = 16;
        AtomicReference<Connection> opened = new AtomicReference<>();
        TcpServer server = start(builder -> builder.handler(new ConnectionHandler() {
            @Override
            public void onOpened(Connection connection) {
                opened.set(connection);
            }

            @Override
            public void onBytes(Connection connection, ByteBuf in) {}
        }));
        Peer peer = connect(server);
        Await.until("the connection is open", () -> opened.get() != null);
        CountDownLatch busy = new CountDownLatch(threads);
        List<Thread> writers = new ArrayList<>();
        for (int id = 0; id < threads; id++) {
            int own = id;
            writers.add(new Thread(() -> writeRecords(opened.get(), own, busy)));
        }
        writers.forEach(Thread::start);
        busy.await();
        opened.get().close();
        byte[] received = peer.receiveToEnd();
        peer.close();
        for (Thread writer : writers) {
            writer.join();
        }

        ByteBuffer records = ByteBuffer.wrap(received);
        assertThat(records.remaining() % 8).isZero();
        int[] next = new int[threads];
        while (records.hasRemaining()) {
            assertThat(records.getInt()).isEqualTo(next[records.getInt()]++);
        }
        // Every thread had handed over ten records before close() was called.
        assertThat(Arrays.stream(next).min().getAsInt()).isGreaterThanOrEqualTo(10);
        awaitClosed(server, CloseReason.CLOSED, 1);
    }

    private static void writeRecords(Connection connection, int id, CountDownLatch busy) {
        for (int number = 0; number < 2_000; number++) {
            connection.write(ByteBuffer.allocate(8).putInt(number).putInt(id).array());
            if (number == 10) {
                busy.countDown();
            }
        }
    }
}
