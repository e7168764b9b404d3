package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A handler that writes back what it received has the received bytes themselves sent, and cannot tell. */
@OnBothTransportsAndTls
class ForwardingTest extends EndToEnd {

    /** More connections than a loop has buffers, each with more bytes on their way than the kernel's buffers take. */
    private static final int STUCK = 200;

    private static final int STUCK_BYTES = 200_000;
    private static final byte[] NEIGHBOURS_BYTES = new byte[2 << 20];

    /** The only one, once anything was received. */
    private volatile EventLoop loop;

    /** From how many peers something was received, but for the neighbour. */
    private final AtomicInteger begun = new AtomicInteger();

    private TcpServer startWithSmallKernelBuffers(ConnectionHandler handler) {
        return start(
                builder -> smallSendBuffers(builder).loops(1).handlerPerConnection(() -> new WithNeighbour(handler)));
    }

    private static TcpServerBuilder smallSendBuffers(TcpServerBuilder builder) {
        return builder.listenOptions(options -> options.withBuffers(4096, 0));
    }

    /** Calls the handler under test, but reads and drops everything of a peer that begins with a zero. */
    private final class WithNeighbour implements ConnectionHandler {

        private final ConnectionHandler handler;
        private boolean first = true;
        private boolean neighbour;

        WithNeighbour(ConnectionHandler handler) {
            this.handler = handler;
        }

        @Override
        public void onBytes(Connection connection, ByteBuf in) throws Exception {
            if (first) {
                first = false;
                neighbour = in.getByte(in.readerIndex()) == 0;
                loop = connection.loop();
                begun.addAndGet(neighbour ? 0 : 1);
            }
            if (neighbour) {
                in.skipBytes(in.readableBytes());
            } else {
                handler.onBytes(connection, in);
            }
        }
    }

    /** Sends a stream that begins with something else than a zero, and does not read what comes back. */
    private Peer sendWithoutReading(TcpServer server, int seed) throws IOException {
        Peer peer = closeAfterwards(Peer.connectWithSmallWindow(server.port()));
        Thread sender = new Thread(() -> send(peer, streamOf(seed)));
        sender.start();
        closeAfterwards(() -> {
            peer.close();
            sender.join();
        });
        return peer;
    }

    private static void send(Peer peer, byte[] bytes) {
        try {
            peer.send(bytes);
        } catch (IOException cutOff) {
            // The test looks at what arrives.
        }
    }

    private static byte[] streamOf(int seed) {
        byte[] stream = new byte[STUCK_BYTES];
        new RandomStream(seed).next(stream, STUCK_BYTES);
        stream[0] = 1;
        return stream;
    }

    private List<Peer> sendWithoutReading(TcpServer server) throws IOException {
        List<Peer> stuck = new ArrayList<>();
        for (int i = 0; i < STUCK; i++) {
            stuck.add(sendWithoutReading(server, i));
        }
        Await.value("peers that something was received from", STUCK, begun::get);
        awaitHalt(
                List.of(loop), "What can be sent to peers that do not read", Duration.ofMillis(200), server::sentBytes);
        return stuck;
    }

    /** Reads from a peer that has sent this stream. */
    @FunctionalInterface
    private interface Reading {
        void read(Peer peer, byte[] stream) throws Exception;
    }

    /**
     * Reads from all at the same time. One that had to wait until all others were read would, on a slow machine, be given up
     * meanwhile: a write stalls, and the kernel's own time for it ends, after 30 s.
     */
    private static void readFromAll(List<Peer> peers, Reading reading) throws Exception {
        ExecutorService readers = Executors.newFixedThreadPool(peers.size());
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < peers.size(); i++) {
                int seed = i;
                running.add(readers.submit(() -> {
                    reading.read(peers.get(seed), streamOf(seed));
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            readers.shutdownNow();
        }
    }

    /** Lets the neighbour's bytes pass through every buffer that is not in use. */
    private void overwriteWhatIsFree(TcpServer server) throws IOException {
        long before = server.receivedBytes();
        connect(server).send(NEIGHBOURS_BYTES);
        Await.until(
                "the neighbour's bytes are received", () -> server.receivedBytes() - before >= NEIGHBOURS_BYTES.length);
    }

    @Test
    void bytesThatAreWrittenBackSurviveUntilTheirPeerReadsThem() throws Exception {
        TcpServer server = startWithSmallKernelBuffers((connection, in) -> connection.write(in));
        List<Peer> stuck = sendWithoutReading(server);
        overwriteWhatIsFree(server);

        readFromAll(
                stuck, (peer, stream) -> assertThat(peer.receive(STUCK_BYTES)).isEqualTo(stream));
    }

    @Test
    void closeDeliversTheBytesThatWereWrittenBackBefore() throws Exception {
        TcpServer server = startWithSmallKernelBuffers((connection, in) -> {
            connection.write(in);
            connection.close();
        });
        List<Peer> stuck = sendWithoutReading(server);
        overwriteWhatIsFree(server);

        readFromAll(stuck, (peer, stream) -> {
            byte[] received = peer.finishSending().receiveToEnd();
            assertThat(stream).startsWith(received);
            assertThat(received).isNotEmpty();
        });
        Await.value("closed connections", STUCK, () -> closed(server, CloseReason.CLOSED));
    }

    @Test
    void abortingWithReceivedBytesOnTheirWayLeavesNothingBehind() throws Exception {
        Set<Connection> opened = ConcurrentHashMap.newKeySet();
        TcpServer server = startWithSmallKernelBuffers((connection, in) -> {
            opened.add(connection);
            connection.write(in);
        });
        List<Peer> stuck = sendWithoutReading(server);
        opened.forEach(Connection::abort);

        Await.value("open connections", 0, server::connections);
        assertThat(server.closeReasons()).isEqualTo(Map.of(CloseReason.ABORTED, (long) STUCK));
        assertThat(Resources.pooledBytes()).isZero();
        for (Peer peer : stuck) {
            assertThat(peer.seesReset()).isTrue();
        }
        overwriteWhatIsFree(server);
    }

    @Test
    void whatIsWrittenBeforeAndBehindStaysThere() throws Exception {
        TcpServer server = start(builder -> builder.handler((connection, in) -> {
            String asked = in.toString(StandardCharsets.US_ASCII);
            if (asked.contains("before")) {
                connection.write("<".getBytes());
            }
            int begin = in.readerIndex();
            connection.write(in);
            if (asked.contains("twice")) {
                in.readerIndex(begin);
                connection.write(in);
            }
            if (asked.contains("behind")) {
                connection.write(">".getBytes());
            }
        }));
        Peer peer = connect(server);
        assertThat(peer.send("before").receiveText(7)).isEqualTo("<before");
        assertThat(peer.send("behind").receiveText(7)).isEqualTo("behind>");
        assertThat(peer.send("before and behind").receiveText(19)).isEqualTo("<before and behind>");
        assertThat(peer.send("twice").receiveText(10)).isEqualTo("twicetwice");
        peer.echo("alone");
    }

    @Test
    void onlyWhatIsUnreadIsWrittenBackAndOnlyWhatIsLeftUnreadComesAgain() throws Exception {
        TcpServer server = start(builder -> builder.handler((connection, in) -> {
            int frame = 1 + in.getByte(in.readerIndex()) - '0';
            if (in.readableBytes() >= frame) {
                int end = in.writerIndex();
                in.skipBytes(1).writerIndex(in.readerIndex() + frame - 1);
                connection.write(in);
                in.writerIndex(end);
            }
        }));
        Peer peer = connect(server);
        assertThat(peer.send("3abc").receiveText(3)).isEqualTo("abc");
        assertThat(peer.send("2de4").receiveText(2)).isEqualTo("de");
        assertThat(peer.send("fghi").receiveText(4)).isEqualTo("fghi");
    }
}
