package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.connection.ConnectionLimits;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Peers that do not read, or break off in the middle: what they cost is bounded, and others do not notice. */
@OnBothTransportsAndTls
class SlowPeersTest extends EndToEnd {

    private static final int KERNEL_BUFFER_BYTES = 16 << 10;
    private static final int PAUSE_BYTES = ConnectionLimits.DEFAULT.outboundPauseBytes();
    private static final int RECEIVE_BYTES = 64 << 10;

    /** Small buffers in the kernel, so that what peers send soon has nowhere to go but into the server. */
    private TcpServer startWithSmallKernelBuffers(ConnectionHandler handler) {
        return start(builder -> smallBuffers(builder).handler(handler));
    }

    private static TcpServerBuilder smallBuffers(TcpServerBuilder builder) {
        return builder.listenOptions(options -> options.withBuffers(KERNEL_BUFFER_BYTES, KERNEL_BUFFER_BYTES));
    }

    private SocketChannel connectWithoutReading(TcpServer server) throws IOException {
        SocketChannel channel = closeAfterwards(SocketChannel.open());
        channel.setOption(StandardSocketOptions.SO_RCVBUF, KERNEL_BUFFER_BYTES);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, KERNEL_BUFFER_BYTES);
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        channel.configureBlocking(false);
        return channel;
    }

    @Test
    void peersThatSendWithoutReadingAreNotReadFromEither() throws Exception {
        assumeFalse(Secured.isOn(), "The crowd is of plain sockets; TlsMemoryTest has peers that do not read.");
        AtomicInteger mostUnsent = new AtomicInteger();
        Set<EventLoop> loops = ConcurrentHashMap.newKeySet();
        TcpServer server = startWithSmallKernelBuffers((connection, in) -> {
            loops.add(connection.loop());
            connection.write(in);
            mostUnsent.accumulateAndGet(connection.unsentBytes(), Math::max);
        });
        List<SocketChannel> silent = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            silent.add(connectWithoutReading(server));
        }
        Peer wellBehaved = connect(server);
        AtomicLong accepted = new AtomicLong();
        awaitHalt(
                loops, "What the peers can send", Duration.ofMillis(500), () -> accepted.addAndGet(sendToAll(silent)));
        long read = awaitHalt(loops, "Reading", Duration.ofMillis(100), server::receivedBytes);
        for (int i = 0; i < 100; i++) {
            wellBehaved.echo("Is anybody there? " + i);
        }

        // The mark, the chunk that passed it, and the chunks that were on their way when reading paused.
        long each = PAUSE_BYTES + 2L * RECEIVE_BYTES;
        assertThat(mostUnsent).hasValueLessThanOrEqualTo(PAUSE_BYTES + RECEIVE_BYTES);
        assertThat(server.bufferedBytes()).isBetween(500L * 32_768, 500 * each);
        assertThat(Resources.pooledBytes()).isLessThan(500 * each);
        assertThat(read).isLessThan(accepted.get());
        assertThat(server.connections()).isEqualTo(501);
        assertThat(server.closeReasons()).isEmpty();
    }

    private static long sendToAll(List<SocketChannel> channels) {
        ByteBuffer piece = ByteBuffer.allocate(KERNEL_BUFFER_BYTES);
        long sent = 0;
        try {
            for (SocketChannel channel : channels) {
                piece.clear();
                sent += channel.write(piece);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return sent;
    }

    /** Pushes 50 MB at whoever asks for it, a megabyte at a time, and answers everything else. */
    private static final class Pushing implements ConnectionHandler {

        private final byte[] megabyte = new byte[1_000_000];
        private final AtomicInteger mostUnsent = new AtomicInteger();

        @Override
        public void onBytes(Connection connection, ByteBuf in) {
            if (in.getByte(in.readerIndex()) != '!') {
                connection.write(in);
                return;
            }
            in.skipBytes(in.readableBytes());
            for (int i = 0; i < 50; i++) {
                connection.write(megabyte);
                mostUnsent.accumulateAndGet(connection.unsentBytes(), Math::max);
            }
        }
    }

    @Test
    void aHandlerThatPushesAtAPeerThatNeverReadsLosesThatConnectionOnly() throws Exception {
        Pushing pushing = new Pushing();
        TcpServer server = start(builder -> builder.loops(1).handler(pushing));
        Peer wellBehaved = connect(server);
        wellBehaved.echo("before");
        Peer deaf = connect(server);
        deaf.send("!");
        awaitClosed(server, CloseReason.OUTBOUND_OVERFLOW, 1);
        wellBehaved.echo("after");

        assertThat(pushing.mostUnsent.get())
                .isLessThanOrEqualTo(ConnectionLimits.DEFAULT.outboundMaxBytes())
                .isGreaterThan(ConnectionLimits.DEFAULT.outboundMaxBytes() - 1_000_000);
        assertThat(deaf.seesReset()).isTrue();
        assertThat(Resources.pooledBytes()).isLessThan(1 << 20);
    }

    @Test
    void oneWriteBeyondTheBoundIsNotEvenCopied() throws Exception {
        byte[] huge = new byte[ConnectionLimits.DEFAULT.outboundMaxBytes() + 1];
        AtomicLong pooled = new AtomicLong();
        TcpServer server = start(builder -> builder.handler((connection, in) -> {
            in.skipBytes(in.readableBytes());
            connection.write(huge);
            pooled.set(Resources.pooledBytes());
        }));
        Peer peer = connect(server);
        peer.send("!");
        assertThat(peer.seesReset()).isTrue();

        awaitClosed(server, CloseReason.OUTBOUND_OVERFLOW, 1);
        assertThat(pooled).hasValueLessThan(1 << 20);
    }

    @Test
    void otherThreadsCannotOverrunAPeerThatNeverReads() throws Exception {
        Connection[] opened = new Connection[1];
        AtomicLong pooled = new AtomicLong();
        TcpServer server = start(builder -> builder.loops(1).handler(new ConnectionHandler() {
            @Override
            public void onBytes(Connection connection, ByteBuf in) throws Exception {
                in.skipBytes(in.readableBytes());
                opened[0] = connection;
                byte[] megabyte = new byte[1_000_000];
                // The loop stands still meanwhile, so nothing that the other thread writes can leave.
                Thread other = new Thread(() -> {
                    for (int i = 0; i < 200; i++) {
                        connection.write(megabyte);
                        pooled.accumulateAndGet(Resources.pooledBytes(), Math::max);
                    }
                });
                other.start();
                other.join();
            }
        }));
        Peer peer = connect(server);
        peer.send("!");
        assertThat(peer.seesReset()).isTrue();

        awaitClosed(server, CloseReason.OUTBOUND_OVERFLOW, 1);
        assertThat(pooled).hasValueLessThan(2L * ConnectionLimits.DEFAULT.outboundMaxBytes());
    }

    /**
     * Writes 8 MB from tasks of the loop, outside of every callback, as fast as {@code isWritable} allows. Each task is queued
     * behind the end of the turn, so that it runs when the kernel has taken bytes that are not reported yet.
     */
    private static final class Producing implements ConnectionHandler {

        private static final int PIECES = 200;

        private final byte[] piece = new byte[40_000];
        private int written;

        @Override
        public void onOpened(Connection connection) {
            connection.loop().execute(() -> produce(connection));
        }

        private void produce(Connection connection) {
            connection.write(piece);
            if (++written == PIECES) {
                connection.close();
            } else if (connection.isWritable()) {
                connection.loop().execute(() -> produce(connection));
            }
        }

        @Override
        public void onWritable(Connection connection) {
            connection.loop().execute(() -> produce(connection));
        }

        @Override
        public void onBytes(Connection connection, ByteBuf in) {}
    }

    @Test
    void aProducerThatStopsWhenNotWritableIsAlwaysToldWhenItMayGoOn() throws Exception {
        TcpServer server = start(builder -> builder.handlerPerConnection(Producing::new));
        for (int i = 0; i < 20; i++) {
            Peer peer = connect(server);
            assertThat(peer.receiveToEnd()).hasSize(40_000 * Producing.PIECES);
            peer.close();
        }
        awaitClosed(server, CloseReason.CLOSED, 20);
    }

    @Test
    void peersThatResetInTheMiddleOfATransferHurtNobody() throws Exception {
        TcpServer server = startEcho();
        Peer wellBehaved = connect(server);
        wellBehaved.echo("before");
        List<Peer> rude = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            rude.add(connect(server));
        }
        byte[] much = new byte[200_000];
        for (Peer peer : rude) {
            peer.send(much);
        }
        for (Peer peer : rude) {
            peer.receive(1_000);
            peer.reset();
        }

        awaitClosed(server, CloseReason.PEER_RESET, 100);
        wellBehaved.echo("after");
        Await.value("open connections", 1, server::connections);
        assertThat(Logs.with("WARN")).isEmpty();
    }
}
