package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Bytes come whole and in order, then the end, or a failure. */
abstract class ReceivingRules extends ContractGroup {

    /** The smallest there are: without a bound, what fills the buffers of a socket is very many of them. */
    private static final TransportConfig SMALL_PIECES = new TransportConfig(256, true);

    ReceivingRules(Subject subject) {
        super(subject);
    }

    @Test
    void whatIsReceivedCanBeSentBack() throws Exception {
        Server server = serve(Echo::on);
        Peer peer = server.connect();
        Pattern pattern = new Pattern(1);
        for (int i = 0; i < 50; i++) {
            peer.send(pattern.bytes(i * 1000L, 1000));
            pattern.verify(i * 1000L, peer.receive(1000), 1000);
        }
        peer.finishSending();
        assertThat(peer.seesEnd()).isTrue();
    }

    @Test
    void bytesComeInOrderHoweverTheyWereSplit() throws Exception {
        long seed = Seed.next();
        Pattern pattern = new Pattern(seed);
        Server server = serve(witness -> witness.verify(pattern));
        int total = 8 << 20;
        sendInRandomPieces(server.connect(), pattern, total, new Random(seed), 200_000);
        server.awaitAccepted(1).awaitReceived(total);
    }

    @Test
    void singleBytesComeInOrder() throws Exception {
        long seed = Seed.next();
        Pattern pattern = new Pattern(seed);
        Server server = serve(SMALL_PIECES, ListenOptions.DEFAULT, witness -> witness.verify(pattern));
        int total = 5_000;
        sendInRandomPieces(server.connect(), pattern, total, new Random(seed), 2);
        server.awaitAccepted(1).awaitReceived(total);
    }

    private static void sendInRandomPieces(Peer peer, Pattern pattern, int total, Random random, int pieceMax)
            throws Exception {
        byte[] bytes = pattern.bytes(0, total);
        for (int sent = 0; sent < total; ) {
            int piece = Math.min(total - sent, 1 + random.nextInt(pieceMax));
            peer.send(bytes, sent, piece);
            sent += piece;
        }
    }

    @Test
    void noPieceIsLongerThanAskedFor() throws Exception {
        Pattern pattern = new Pattern(2);
        AtomicInteger longest = new AtomicInteger();
        Server server = serve(SMALL_PIECES, ListenOptions.DEFAULT, witness -> {
            witness.onReceived(loan -> longest.accumulateAndGet(loan.readableBytes(), Math::max));
            witness.resume();
        });
        server.connect().send(pattern.bytes(0, 100_000));
        server.awaitAccepted(1).awaitReceived(100_000);
        assertThat(longest).hasValue(256);
    }

    @Test
    void theEndComesOnceAndAfterAllBytes() throws Exception {
        Pattern pattern = new Pattern(3);
        ByteBuf answer = Unpooled.directBuffer().writeZero(10);
        Server server = serve(witness -> {
            witness.onReceiveEnd(() -> witness.send(answer.readerIndex(0)));
            witness.verify(pattern);
        });
        for (int i = 0; i < 50; i++) {
            int bytes = i % 2 == 0 ? i : i * 10_000;
            try (Peer peer = server.connect()) {
                peer.send(pattern.bytes(0, bytes));
                peer.finishSending();
                Witness witness = server.awaitAccepted(i + 1);
                witness.awaitReceiveEnd();
                assertThat(witness.received()).isEqualTo(bytes);
                // Whatever happens afterwards, the end does not come again: the witness would not have it.
                Await.until("the answer is sent", () -> witness.sent() == 10);
                witness.onLoop(witness::pause);
                witness.onLoop(witness::resume);
                server.host().settle();
                witness.onLoop(witness::close);
                assertThat(peer.receiveToEnd()).hasSize(10);
            }
        }
        answer.release();
    }

    @Test
    void aResetIsAFailure() throws Exception {
        needsResets();
        Server server = serve(Witness::resume);
        Peer peer = server.connect();
        Witness witness = server.awaitAccepted(1);
        peer.reset();
        witness.awaitClosed();
        assertThat(witness.failure()).isNotNull();
        assertThat(witness.failure().errno()).isEqualTo("ECONNRESET");
        assertThat(witness.receiveEnded()).isFalse();
    }

    @Test
    void aResetAfterThePeersEndIsAFailureToo() throws Exception {
        needsResets();
        Server server = serve(Witness::resume);
        for (int i = 1; i <= 100; i++) {
            Peer peer = server.connect();
            peer.finishSending();
            Witness witness = server.awaitAccepted(i);
            witness.awaitReceiveEnd();
            peer.reset();
            witness.awaitClosed();
            assertThat(witness.failure()).isNotNull();
        }
    }

    @Test
    void aConnectionWhoseEndsHaveBothFinishedCostsNothing() throws Exception {
        Server server = serve(witness -> {
            witness.onReceiveEnd(witness::shutdownOutput);
            witness.resume();
        });
        for (int i = 1; i <= 20; i++) {
            Peer peer = server.connect();
            peer.finishSending();
            assertThat(peer.seesEnd()).isTrue();
        }
        assertThat(server.host().cpuWhileIdle()).isLessThan(Host.IDLE.dividedBy(3));
        server.accepted().forEach(witness -> witness.onLoop(witness::close));
        server.awaitAllClosed();
    }

    @Test
    void buffersThatRanOutComeBack() throws Exception {
        Pattern pattern = new Pattern(4);
        int peers = 64;
        int bytes = 100_000;
        Server server = serve(SMALL_PIECES, ListenOptions.DEFAULT, witness -> witness.verify(pattern));
        List<Peer> connected = new ArrayList<>();
        for (int i = 0; i < peers; i++) {
            connected.add(server.connect());
        }
        server.awaitAccepted(peers);
        CountDownLatch hold = new CountDownLatch(1);
        server.host().loop().execute(() -> Await.latch(hold));
        for (Peer peer : connected) {
            peer.send(pattern.bytes(0, bytes));
        }
        hold.countDown();
        for (Witness witness : server.accepted()) {
            witness.awaitReceived(bytes);
        }
    }

    @Test
    void aFloodDoesNotStarveAnotherConnection() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        AtomicInteger pieces = new AtomicInteger();
        AtomicInteger piecesBefore = new AtomicInteger();
        Server server = serve(SMALL_PIECES, ListenOptions.DEFAULT, witness -> {
            witness.onReceived(
                    connections.incrementAndGet() == 1
                            ? loan -> piecesBefore.set(pieces.get())
                            : loan -> pieces.incrementAndGet());
            witness.resume();
        });
        Peer calm = server.connect();
        Witness witness = server.awaitAccepted(1);
        try (Flood flood = new Flood(server, 2)) {
            for (int i = 1; i <= 20; i++) {
                CountDownLatch held = new CountDownLatch(1);
                CountDownLatch hold = new CountDownLatch(1);
                server.host().loop().execute(() -> {
                    held.countDown();
                    Await.latch(hold);
                    pieces.set(0);
                });
                Await.latch(held);
                calm.send(new byte[1]);
                calm.awaitDelivered();
                hold.countDown();
                witness.awaitReceived(i);
                assertThat(piecesBefore)
                        .as("pieces of others before the one that was there")
                        .hasValueLessThan(4 * PIECES_IN_A_TURN_MAX);
            }
            assertThat(flood.isGoingOn()).isTrue();
        }
    }
}
