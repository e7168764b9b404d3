package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.TransportConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A pause stops at once and loses nothing. That nothing comes during a pause is checked by the witness, always. */
abstract class PausingRules extends ContractGroup {

    private static final TransportConfig SMALL_PIECES = new TransportConfig(256, true);
    private static final Duration STILL = Duration.ofMillis(250);

    PausingRules(Subject subject) {
        super(subject);
    }

    @Test
    void aNewSocketReceivesNothingUntilItIsTold() throws Exception {
        Pattern pattern = new Pattern(1);
        Server server = serve(witness -> {});
        Peer peer = server.connect();
        Witness witness = server.awaitAccepted(1);
        peer.send(pattern.bytes(0, 5000));
        peer.finishSending();
        server.host().settle();
        assertThat(witness.received()).isZero();
        witness.onLoop(() -> witness.verify(pattern));
        witness.awaitReceiveEnd();
        assertThat(witness.received()).isEqualTo(5000);
        witness.onLoop(witness::close);
    }

    @Test
    void aPauseDuringACallbackStopsAfterThatPiece() throws Exception {
        Pattern pattern = new Pattern(2);
        Server server = serve(SMALL_PIECES, ListenOptions.DEFAULT, witness -> {
            witness.onReceived(loan -> {
                pattern.verify(witness.received(), loan);
                witness.pause();
            });
            witness.resume();
        });
        Peer peer = server.connect();
        Witness witness = server.awaitAccepted(1);
        int total = 40 * 256;
        peer.send(pattern.bytes(0, total));
        for (int piece = 1; witness.received() < total; piece++) {
            int expected = piece;
            Await.until("another piece comes", () -> witness.pieces() >= expected);
            server.host().settle();
            assertThat(witness.pieces()).isEqualTo(piece);
            witness.onLoop(witness::resume);
        }
        assertThat(witness.received()).isEqualTo(total);
    }

    @Test
    void bytesAndEndThatArriveDuringAPauseComeAfterIt() throws Exception {
        Pattern pattern = new Pattern(3);
        Server server = serve(witness -> witness.verify(pattern));
        for (int i = 1; i <= 100; i++) {
            Peer peer = server.connect();
            Witness witness = server.awaitAccepted(i);
            peer.send(pattern.bytes(0, 1000));
            witness.awaitReceived(1000);
            witness.onLoop(witness::pause);
            int more = i * 1000;
            peer.send(pattern.bytes(1000, more));
            peer.finishSending();
            server.host().settle();
            assertThat(witness.received()).isEqualTo(1000);
            assertThat(witness.receiveEnded()).isFalse();
            witness.onLoop(witness::resume);
            witness.awaitReceiveEnd();
            assertThat(witness.received()).isEqualTo(1000 + more);
            witness.onLoop(() -> {
                assertThat(witness.socket().heldBytes()).isZero();
                witness.close();
            });
        }
    }

    @Test
    void anEndThatArrivesAloneDuringAPauseComesAfterIt() throws Exception {
        Server server = serve(witness -> {
            witness.onReceived(loan -> witness.pause());
            witness.resume();
        });
        for (int i = 1; i <= 100; i++) {
            Peer peer = server.connect();
            peer.send(new byte[10]);
            Witness witness = server.awaitAccepted(i);
            witness.awaitReceived(10);
            peer.finishSending();
            server.host().settle();
            assertThat(witness.receiveEnded()).isFalse();
            witness.onLoop(() -> {
                witness.resume();
                witness.pause();
                witness.resume();
            });
            witness.awaitReceiveEnd();
            witness.onLoop(() -> {
                witness.resume();
                witness.pause();
                witness.resume();
                witness.close();
            });
        }
    }

    @Test
    void aResetDuringAPauseIsToldAfterItAtTheLatest() throws Exception {
        needsResets();
        Server server = serve(witness -> {
            witness.onReceived(loan -> witness.pause());
            witness.resume();
        });
        for (int i = 1; i <= 100; i++) {
            Peer peer = server.connect();
            peer.send(new byte[10]);
            Witness witness = server.awaitAccepted(i);
            witness.awaitReceived(10);
            peer.reset();
            witness.onLoop(witness::resume);
            witness.awaitClosed();
            assertThat(witness.failure()).isNotNull();
        }
    }

    @Test
    void aPeerThatGoesOnSendingIsStopped() throws Exception {
        aPeerThatGoesOnSendingIsStopped(CONFIG);
    }

    @Test
    void aPeerThatGoesOnSendingIsStoppedAlsoIfItsBytesComeInManyPieces() throws Exception {
        aPeerThatGoesOnSendingIsStopped(MANY_PIECES);
    }

    private void aPeerThatGoesOnSendingIsStopped(TransportConfig config) throws Exception {
        Pattern pattern = new Pattern(4);
        int total = 64 << 20;
        ListenOptions smallBuffers = ListenOptions.DEFAULT.withBuffers(0, 32 * 1024);
        CountDownLatch paused = new CountDownLatch(1);
        Server server = serve(config, smallBuffers, witness -> {
            witness.onReceived(loan -> {
                pattern.verify(witness.received(), loan);
                if (witness.received() == 0) {
                    // Not by the test's thread: when that comes to it, everything may have been received.
                    witness.onSoonest(() -> {
                        witness.pause();
                        paused.countDown();
                    });
                }
            });
            witness.resume();
        });
        Peer peer = server.connect();
        Witness witness = server.awaitAccepted(1);
        AtomicLong written = new AtomicLong();
        Thread sender = new Thread(() -> write(peer, pattern, total, written), "sender");
        sender.start();
        Await.latch(paused);
        long receivedBefore = witness.received();
        long stopped = Await.halt("Sending to a paused socket", STILL, written::get);
        assertThat(stopped).isLessThan(total);
        assertThat(witness.received()).isEqualTo(receivedBefore);
        assertThat(server.host().cpuWhileIdle()).isLessThan(Host.IDLE.dividedBy(3));
        witness.onLoop(witness::resume);
        witness.awaitReceived(total);
        sender.join();
    }

    @Test
    void aReceiverThatPausesAfterEachPieceKeepsLittle() throws Exception {
        Pattern pattern = new Pattern(5);
        int total = 64 << 20;
        Server server = serve(witness -> {
            witness.onReceived(loan -> {
                pattern.verify(witness.received(), loan);
                witness.pause();
                witness.onSoonest(witness::resume);
            });
            witness.resume();
        });
        Resources before = Resources.now();
        Peer peer = server.connect();
        Witness witness = server.awaitAccepted(1);
        Thread sender = new Thread(() -> write(peer, pattern, total, new AtomicLong()), "sender");
        sender.start();
        long mostKept = 0;
        while (witness.received() < total && !witness.isClosed()) {
            mostKept = Math.max(mostKept, Resources.now().pooledBytes() - before.pooledBytes());
        }
        sender.join();
        assertThat(witness.received()).isEqualTo(total);
        assertThat(mostKept).isLessThan(total / 4);
    }

    @Test
    void tenThousandRandomTogglesLoseNothing() throws Exception {
        long seed = Seed.next();
        Random random = new Random(seed);
        Pattern pattern = new Pattern(seed);
        int pieceMax = 20_000;
        Server server = serve(witness -> witness.verify(pattern));
        Peer peer = server.connect();
        Witness witness = server.awaitAccepted(1);
        AtomicLong written = new AtomicLong();
        AtomicBoolean enough = new AtomicBoolean();
        Thread sender = new Thread(() -> writeUntil(enough, peer, pattern, seed, pieceMax, written), "sender");
        sender.start();
        // More of them where the sender did not come to send.
        for (int i = 0; i < 10_000 || written.get() <= 1 << 20; i++) {
            Runnable toggle = random.nextBoolean() ? witness::pause : witness::resume;
            if (random.nextInt(8) == 0) {
                witness.onLoop(toggle);
            } else {
                witness.socket().loop().execute(toggle);
            }
            if (random.nextInt(100) == 0) {
                LockSupport.parkNanos(random.nextInt(1_000_000));
            }
        }
        witness.onLoop(witness::resume);
        enough.set(true);
        sender.join();
        witness.awaitReceiveEnd();
        assertThat(witness.received()).isEqualTo(written.get());
    }

    private static void write(Peer peer, Pattern pattern, int total, AtomicLong written) {
        try {
            while (written.get() < total) {
                peer.send(pattern.bytes(written.get(), 16 * 1024));
                written.addAndGet(16 * 1024);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void writeUntil(
            AtomicBoolean enough, Peer peer, Pattern pattern, long seed, int pieceMax, AtomicLong written) {
        Random random = new Random(seed + 1);
        try {
            while (!enough.get()) {
                int piece = 1 + random.nextInt(pieceMax);
                peer.send(pattern.bytes(written.get(), piece));
                written.addAndGet(piece);
            }
            peer.finishSending();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
