package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.server.TcpServer;
import dev.tandem.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What a handler is called with, and what becomes of what it does. */
@OnBothTransportsAndTls
class HandlerTest extends EndToEnd {

    private static final int RECORD_BYTES = 10;
    private static final int RECORDS = 5_000;

    /** Reads whole records and leaves the rest, as a protocol does. */
    private static class Records implements ConnectionHandler {

        final StringBuffer numbers = new StringBuffer();
        final AtomicInteger records = new AtomicInteger();
        final AtomicInteger calls = new AtomicInteger();

        @Override
        public void onBytes(Connection connection, ByteBuf in) {
            calls.incrementAndGet();
            while (in.readableBytes() >= RECORD_BYTES && mayRead(connection)) {
                String record = in.readCharSequence(RECORD_BYTES, StandardCharsets.US_ASCII)
                        .toString();
                if (Integer.parseInt(record.strip()) != records.getAndIncrement()) {
                    throw new AssertionError("Record " + record + " came as number " + (records.get() - 1) + ".");
                }
            }
        }

        boolean mayRead(Connection connection) {
            return true;
        }
    }

    private static byte[] records() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < RECORDS; i++) {
            text.append(String.format("%-" + RECORD_BYTES + "d", i));
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void sendInPieces(Peer peer, byte[] bytes, SplittableRandom sizes) throws IOException {
        for (int from = 0; from < bytes.length; ) {
            int size = Math.min(bytes.length - from, 1 + sizes.nextInt(40));
            peer.send(Arrays.copyOfRange(bytes, from, from + size));
            from += size;
        }
    }

    @Test
    void bytesLeftUnreadComeAgainWithMoreBehindThem() throws Exception {
        Records handler = new Records();
        // No multiple of a record, so that nearly every chunk ends inside of one.
        TcpServer server = start(builder ->
                builder.transportConfig(new TransportConfig(257, true)).handler(handler));
        sendInPieces(connect(server), records(), new SplittableRandom(7));

        Await.value("records", RECORDS, handler.records::get);
        assertThat(handler.calls).hasValueGreaterThan(100);
    }

    @Test
    void afterAPauseTheUnreadBytesAreOfferedThoughNothingNewArrives() throws Exception {
        Records handler = new Records() {
            private int left = 100;

            @Override
            boolean mayRead(Connection connection) {
                if (left-- > 0) {
                    return true;
                }
                connection.pauseReading();
                connection.loop().schedule(() -> goOn(connection), 1, TimeUnit.MILLISECONDS);
                return false;
            }

            private void goOn(Connection connection) {
                left = 100;
                connection.resumeReading();
            }
        };
        TcpServer server = start(builder -> builder.handler(handler));
        // All of it is here at once, and then the peer is silent.
        connect(server).send(records());

        Await.value("records", RECORDS, handler.records::get);
    }

    @Test
    void aPauseEndsWithTheCallbackThatResumes() throws Exception {
        Records handler = new Records() {
            @Override
            boolean mayRead(Connection connection) {
                connection.pauseReading();
                connection.resumeReading();
                return records.get() % 7 != 3 || calls.get() % 2 == 0;
            }
        };
        TcpServer server = start(builder -> builder.handler(handler));
        connect(server).send(records());

        Await.value("records", RECORDS, handler.records::get);
    }

    @Test
    void nothingIsReadDuringAPause() throws Exception {
        AtomicInteger received = new AtomicInteger();
        AtomicReference<Connection> paused = new AtomicReference<>();
        TcpServer server = start(builder -> builder.loops(1).handler((connection, in) -> {
            if (in.getByte(in.readerIndex()) == '?') {
                connection.write(in);
            } else {
                received.addAndGet(in.readableBytes());
                in.skipBytes(in.readableBytes());
                paused.set(connection);
                connection.pauseReading();
            }
        }));
        Peer peer = connect(server);
        Peer other = connect(server);
        for (int round = 1; round <= 50; round++) {
            peer.send("0123456789");
            Await.value("received bytes", 20L * round - 10, received::get);
            peer.send("0123456789");
            // On the same loop, and sent later: when this is answered, the loop has passed over what it must not read.
            other.echo("?");
            assertThat(received).hasValue(20 * round - 10);
            resume(paused.get());
            Await.value("received bytes", 20L * round, received::get);
            resume(paused.get());
        }
    }

    private static void resume(Connection connection) {
        connection.loop().execute(connection::resumeReading);
    }

    @Test
    void theEndOfInputWaitsForThePauseToEnd() throws Exception {
        List<String> events = new CopyOnWriteArrayList<>();
        TcpServer server = start(builder -> builder.handler(new ConnectionHandler() {
            @Override
            public void onOpened(Connection connection) {
                connection.pauseReading();
                connection.loop().schedule(() -> resume(connection), 50, TimeUnit.MILLISECONDS);
            }

            private void resume(Connection connection) {
                events.add("resume");
                connection.resumeReading();
            }

            @Override
            public void onBytes(Connection connection, ByteBuf in) {
                events.add("bytes");
                connection.write(in);
            }

            @Override
            public void onPeerFinished(Connection connection) {
                events.add("end");
                connection.close();
            }
        }));
        Peer peer = connect(server);
        peer.send("all").finishSending();

        assertThat(peer.receiveToEnd()).asString().isEqualTo("all");
        assertThat(events).containsExactly("resume", "bytes", "end");
        awaitClosed(server, CloseReason.PEER_CLOSED, 1);
    }

    @Test
    void moreThanTheInboundBoundLeftUnreadIsTooMuch() throws Exception {
        TcpServer server = start(builder -> builder.connectionLimits(limits -> limits.withInboundMax(1_000))
                .handler((connection, in) -> {
                    // Waits for a frame that never ends.
                }));
        Peer fits = connect(server);
        fits.send(new byte[1_000]);
        Peer exceeds = connect(server);
        exceeds.send(new byte[1_001]);
        exceeds.awaitEnd();
        exceeds.close();

        awaitClosed(server, CloseReason.FRAME_TOO_LARGE, 1);
        // The reason is counted before the connection is gone.
        Await.value("open connections", 1, server::connections);
    }

    @Test
    void anEncoderThatThrowsWritesNothingOfItsMessage() throws Exception {
        TcpServer server = start(builder -> builder.handler((connection, in) -> {
            in.skipBytes(in.readableBytes());
            connection.write("a", HandlerTest::encode);
            try {
                connection.write("bad", HandlerTest::encode);
            } catch (IllegalArgumentException expected) {
                connection.write("c", HandlerTest::encode);
            }
        }));
        Peer peer = connect(server);
        peer.send("go");

        assertThat(peer.receiveText(2)).isEqualTo("ac");
    }

    private static void encode(String message, ByteBuf out) {
        out.writeCharSequence(message, StandardCharsets.US_ASCII);
        if (message.equals("bad")) {
            throw new IllegalArgumentException("A message that cannot be encoded.");
        }
    }

    @Test
    void everyConnectionHasTheHandlerThatItsSupplierMade() throws Exception {
        TcpServer server = start(builder -> builder.handlerPerConnection(Counting::new));
        Peer first = connect(server);
        Peer second = connect(server);

        assertThat(first.send("x").receiveText(1)).isEqualTo("1");
        assertThat(first.send("x").receiveText(1)).isEqualTo("2");
        assertThat(second.send("x").receiveText(1)).isEqualTo("1");
        assertThat(first.send("x").receiveText(1)).isEqualTo("3");
    }

    private static final class Counting implements ConnectionHandler {
        private int count;

        @Override
        public void onBytes(Connection connection, ByteBuf in) {
            in.skipBytes(in.readableBytes());
            connection.write(Integer.toString(++count).getBytes(StandardCharsets.US_ASCII));
        }
    }
}
