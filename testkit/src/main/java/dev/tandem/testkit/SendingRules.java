package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One send at a time; its reports add up; either direction can end before the other. */
abstract class SendingRules extends ContractGroup {

    private static final int LARGE = 16 << 20;

    private final boolean sendsWithoutSignal;

    SendingRules(Subject subject, boolean sendsWithoutSignal) {
        super(subject);
        this.sendsWithoutSignal = sendsWithoutSignal;
    }

    @Test
    void partialSendsAddUp() throws Exception {
        Pattern pattern = new Pattern(1);
        Server server = serve(witness -> sendAllAndShutDown(witness, pattern, LARGE));
        Peer peer = server.connectWithSmallWindow();
        Witness witness = server.awaitAccepted(1);
        assertThat(peer.receiveUntilCut(pattern)).isEqualTo(LARGE);
        Await.until("the last bytes are reported", () -> witness.sent() >= LARGE);
        assertThat(witness.sent()).isEqualTo(LARGE);
        witness.onLoop(witness::close);
    }

    /** Sends the first {@code count} bytes of {@code pattern} in one call, and the end when they are gone. */
    private static void sendAllAndShutDown(Witness witness, Pattern pattern, int count) {
        ByteBuf bytes = Unpooled.directBuffer(count);
        pattern.write(0, count, bytes);
        witness.onSent(sent -> {
            assertThat(bytes.readerIndex()).isEqualTo(witness.sent());
            assertThat(bytes.refCnt()).isEqualTo(1);
            if (!bytes.isReadable()) {
                witness.shutdownOutput();
            }
        });
        witness.onClosed(bytes::release);
        witness.send(bytes);
    }

    @Test
    void sendsFollowEachOtherFromTheirReportsWithoutEnd() throws Exception {
        int sends = 100_000;
        Pattern pattern = new Pattern(2);
        AtomicInteger connections = new AtomicInteger();
        Server server = serve(witness -> {
            if (connections.incrementAndGet() == 1) {
                Echo.on(witness);
            } else {
                sendInPieces(witness, pattern, sends, 10);
            }
        });
        Peer other = server.connect();
        server.awaitAccepted(1);
        Peer peer = server.connect();
        for (int i = 0; i < sends; i++) {
            if (i % 10_000 == 0) {
                other.send(new byte[] {(byte) (i / 10_000)});
            }
            pattern.verify(i * 10L, peer.receive(10), 10);
        }
        assertThat(other.receive(10)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    private static void sendInPieces(Witness witness, Pattern pattern, int pieces, int bytesEach) {
        ByteBuf bytes = Unpooled.directBuffer(bytesEach);
        long total = (long) pieces * bytesEach;
        Runnable next = () -> {
            bytes.clear();
            pattern.write(witness.sent(), bytesEach, bytes);
            witness.send(bytes);
        };
        witness.onSent(sent -> {
            if (!bytes.isReadable() && witness.sent() < total) {
                next.run();
            }
        });
        witness.onClosed(bytes::release);
        next.run();
    }

    @Test
    void aSecondSendInFlightIsRefused() throws Exception {
        Pattern pattern = new Pattern(3);
        Server server = serve(witness -> {
            sendAllAndShutDown(witness, pattern, LARGE);
            ByteBuf second = Unpooled.directBuffer().writeZero(10);
            assertThatThrownBy(() -> witness.socket().send(second)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> witness.socket().shutdownOutput()).isInstanceOf(IllegalStateException.class);
            second.release();
        });
        Peer peer = server.connect();
        assertThat(peer.receiveUntilCut(pattern)).isEqualTo(LARGE);
        server.awaitAccepted(1).onLoop(() -> server.accepted().get(0).close());
    }

    @Test
    void whatTheKernelCannotReadInOnePieceIsRefused() throws Exception {
        Server server = serve(Echo::on);
        server.connect();
        Witness witness = server.awaitAccepted(1);
        ByteBuf heap = Unpooled.buffer().writeZero(10);
        ByteBuf empty = Unpooled.directBuffer();
        ByteBuf twoPieces = Unpooled.wrappedBuffer(
                Unpooled.directBuffer().writeZero(10), Unpooled.directBuffer().writeZero(10));
        witness.onLoop(() -> {
            for (ByteBuf bytes : new ByteBuf[] {heap, empty, twoPieces}) {
                assertThatThrownBy(() -> witness.socket().send(bytes)).isInstanceOf(IllegalArgumentException.class);
                bytes.release();
            }
        });
    }

    @Test
    void nothingCanBeSentAfterShutdownOutput() throws Exception {
        ByteBuf late = Unpooled.directBuffer().writeZero(10);
        Server server = serve(witness -> {
            witness.shutdownOutput();
            witness.shutdownOutput();
            assertThatThrownBy(() -> witness.socket().send(late)).isInstanceOf(IllegalStateException.class);
            witness.resume();
        });
        Peer peer = server.connect();
        assertThat(peer.seesEnd()).isTrue();
        late.release();
    }

    @Test
    void receivingGoesOnAfterShutdownOutput() throws Exception {
        Pattern pattern = new Pattern(4);
        Server server = serve(witness -> {
            witness.onReceiveEnd(witness::close);
            witness.verify(pattern);
            witness.shutdownOutput();
        });
        Peer peer = server.connect();
        assertThat(peer.seesEnd()).isTrue();
        Witness witness = server.awaitAccepted(1);
        peer.send(pattern.bytes(0, 1_000_000));
        witness.awaitReceived(1_000_000);
        peer.finishSending();
        witness.awaitClosed();
        assertThat(witness.failure()).isNull();
    }

    @Test
    void sendingGoesOnAfterThePeersEnd() throws Exception {
        Pattern pattern = new Pattern(5);
        Server server = serve(witness -> {
            witness.onReceiveEnd(() -> sendAllAndShutDown(witness, pattern, LARGE));
            witness.resume();
        });
        Peer peer = server.connect();
        peer.finishSending();
        assertThat(peer.receiveUntilCut(pattern)).isEqualTo(LARGE);
        Witness witness = server.awaitAccepted(1);
        assertThat(witness.failure()).isNull();
        witness.onLoop(witness::close);
    }

    @Test
    void aPeerThatIsGoneIsAFailureAndRaisesNoSignal() throws Exception {
        ByteBuf bytes = Unpooled.directBuffer().writeZero(10);
        Server server = serve(witness -> {});
        try (SignalCount pipes = SignalCount.of("PIPE")) {
            for (int i = 1; i <= 100; i++) {
                Peer peer = server.connect();
                Witness witness = server.awaitAccepted(i);
                if (i % 2 == 0) {
                    // Only to who has the peer's end already is the reset a broken pipe.
                    peer.finishSending();
                }
                peer.reset();
                witness.onLoop(() -> {
                    bytes.readerIndex(0);
                    witness.onSent(sent -> {
                        bytes.readerIndex(0);
                        witness.send(bytes);
                    });
                    witness.send(bytes);
                });
                witness.awaitClosed();
                assertThat(witness.failure()).isNotNull();
                assertThat(witness.failure().errno()).isIn("EPIPE", "ECONNRESET");
            }
            pipes.raise();
            Await.until("the signal of the test itself is counted", () -> pipes.count() > 0);
            if (sendsWithoutSignal) {
                assertThat(pipes.count()).as("SIGPIPE").isEqualTo(1);
            }
        }
        bytes.release();
    }
}
