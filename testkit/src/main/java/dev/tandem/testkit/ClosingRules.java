package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * A socket closes once, whenever that is asked for and whatever is in flight, and takes nothing of the next one. That
 * {@code onClosed} comes once and last is checked by the witness, always.
 */
abstract class ClosingRules extends ContractGroup {

    private static final int LARGE = 8 << 20;
    private static final byte POISON = (byte) 0xEE;
    private static final Duration STILL = Duration.ofMillis(20);

    ClosingRules(Subject subject) {
        super(subject);
    }

    @Test
    void aCloseIsSeenAsAnEndAndAnAbortAsAReset() throws Exception {
        Server server = serve(Witness::resume);
        Peer closed = server.connect();
        Witness first = server.awaitAccepted(1);
        first.onLoop(first::close);
        assertThat(closed.seesEnd()).isTrue();
        Peer aborted = server.connect();
        Witness second = server.awaitAccepted(2);
        second.onLoop(second::abort);
        assertThat(aborted.seesAbort()).isTrue();
        server.awaitAllClosed();
    }

    @Test
    void callsAfterCloseDoNothing() throws Exception {
        ByteBuf bytes = Unpooled.directBuffer().writeZero(10);
        Server server = serve(Witness::resume);
        Peer peer = server.connect();
        Witness witness = server.awaitAccepted(1);
        Runnable everyCall = () -> {
            witness.close();
            witness.abort();
            witness.resume();
            witness.pause();
            witness.socket().send(bytes);
            witness.shutdownOutput();
        };
        witness.onLoop(everyCall);
        witness.awaitClosed();
        witness.onLoop(everyCall);
        witness.onLoop(() -> {
            assertThat(witness.socket().localAddress()).isNull();
            assertThat(witness.socket().remoteAddress()).isNull();
        });
        assertThat(peer.seesEnd()).isTrue();
        assertThat(bytes.readableBytes()).isEqualTo(10);
        bytes.release();
    }

    @Test
    void closingWorksInsideEveryEvent() throws Exception {
        List<BiConsumer<Witness, Runnable>> events = List.of(
                (witness, end) -> end.run(),
                (witness, end) -> witness.onReceived(loan -> end.run()),
                (witness, end) -> witness.onReceiveEnd(end),
                (witness, end) -> {
                    ByteBuf bytes = Unpooled.directBuffer().writeZero(LARGE);
                    witness.onClosed(bytes::release);
                    witness.onSent(sent -> end.run());
                    witness.send(bytes);
                },
                (witness, end) -> {
                    ByteBuf bytes = Unpooled.directBuffer().writeZero(10);
                    witness.onClosed(bytes::release);
                    witness.onSent(sent -> {
                        witness.send(bytes.readerIndex(0));
                        end.run();
                    });
                    witness.send(bytes);
                },
                (witness, end) -> {
                    witness.onReceiveEnd(witness::abort);
                    witness.onFailed(why -> end.run());
                },
                (witness, end) -> {
                    witness.onReceiveEnd(witness::close);
                    witness.onClosed(end);
                });
        for (Consumer<Witness> ending : List.<Consumer<Witness>>of(Witness::close, Witness::abort)) {
            for (BiConsumer<Witness, Runnable> event : events) {
                Server server = serve(witness -> {
                    event.accept(witness, () -> ending.accept(witness));
                    witness.resume();
                });
                for (int i = 1; i <= 20; i++) {
                    Optional<Peer> peer = server.tryConnect();
                    if (peer.isPresent()) {
                        endFromThePeersSide(peer.get(), i);
                    }
                    server.awaitAccepted(i).awaitClosed();
                }
            }
        }
    }

    private static void endFromThePeersSide(Peer peer, int variant) throws Exception {
        try {
            peer.send(new byte[1000]);
            if (variant % 2 == 0) {
                peer.finishSending();
            } else {
                peer.reset();
            }
        } catch (IOException resetBefore) {
            // The other end was quicker.
        }
    }

    @Test
    void aReceiveAndASendInFlightToAClosedWindowDoNotHoldUpClosing() throws Exception {
        for (Consumer<Witness> ending : List.<Consumer<Witness>>of(Witness::close, Witness::abort)) {
            Server server = serve(Witness::resume);
            long sockets = Resources.sockets();
            for (int i = 1; i <= 10; i++) {
                Peer peer = server.connectWithSmallWindow();
                Witness witness = server.awaitAccepted(i);
                sendLarge(witness, new Pattern(i));
                awaitStalled(witness);
                witness.onLoop(() -> ending.accept(witness));
                witness.awaitClosed();
                assertThat(witness.failure()).isNull();
                peer.close();
            }
            Await.until("all descriptors are closed", () -> Resources.sockets() == sockets);
        }
    }

    @Test
    void theMemoryOfASendInFlightIsReadByNobodyAfterClosing() throws Exception {
        for (int i = 1; i <= 10; i++) {
            Pattern pattern = new Pattern(i);
            Server server = serve(witness -> {});
            Peer peer = server.connectWithSmallWindow();
            Witness witness = server.awaitAccepted(1);
            sendLarge(witness, pattern);
            awaitStalled(witness);
            witness.onLoop(witness::close);
            witness.awaitClosed();
            // The window opens: what comes now was taken by the kernel before, or the pattern breaks.
            long received = peer.receiveUntilCut(pattern);
            assertThat(received).isGreaterThanOrEqualTo(witness.sent()).isLessThan(LARGE);
        }
    }

    /** Starts a send that no window holds. Its memory is overwritten as soon as it is ours again. */
    private static void sendLarge(Witness witness, Pattern pattern) {
        witness.onLoop(() -> {
            ByteBuf bytes = Unpooled.directBuffer(LARGE);
            pattern.write(0, LARGE, bytes);
            byte[] poison = new byte[LARGE];
            Arrays.fill(poison, POISON);
            witness.onClosed(() -> {
                bytes.setBytes(0, poison);
                bytes.release();
            });
            witness.send(bytes);
        });
    }

    private static void awaitStalled(Witness witness) {
        Await.halt("Sending into a closed window", STILL, witness::sentOnLoop);
        assertThat(witness.sent()).isLessThan(LARGE);
    }

    @Test
    void eventsOfAClosedSocketNeverReachTheNextWithTheSameDescriptor() throws Exception {
        int connectors = 2;
        int connectionsEach = 10_000;
        Server server = serve(ClosingRules::answerOrHangUp);
        long sockets = Resources.sockets();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < connectors; i++) {
            Thread thread = new Thread(() -> connectAgainAndAgain(server, connectionsEach, failures), "connector-" + i);
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        server.awaitAccepted(connectors * connectionsEach);
        server.awaitAllClosed();
        assertThat(Resources.sockets()).isEqualTo(sockets);
    }

    @Test
    void whatWasAskedOfAClosedSocketNeverHappensToTheNextWithTheSameDescriptor() throws Exception {
        Server server = serve(witness -> {});
        try (ServerSocket elsewhere = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (int i = 1; i <= 20; i++) {
                server.connect();
                Witness closing = server.awaitAccepted(i);
                CompletableFuture<Pair> next = new CompletableFuture<>();
                ByteBuf bytes = Unpooled.directBuffer().writeZero(100);
                Runnable call = i % 2 == 0 ? closing::resume : () -> closing.send(bytes);
                closing.onLoop(() -> {
                    closing.onClosed(() -> {
                        bytes.release();
                        next.complete(Pair.connect(elsewhere));
                    });
                    // An engine may hand this to the kernel later, together with other calls.
                    call.run();
                    closing.close();
                });
                next.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS).verify();
            }
        }
    }

    /**
     * Two ends of a connection that has nothing to do with the transport. The first gets the lowest descriptor that is free,
     * which as a rule is the one just given back, and has bytes to receive at once.
     */
    private record Pair(Socket first, Socket second) {

        static Pair connect(ServerSocket server) {
            try {
                Socket first = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket second = server.accept();
                second.getOutputStream().write(7);
                return new Pair(first, second);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Fails if anybody has received or sent in place of the first. */
        void verify() throws IOException {
            try (first;
                    second) {
                first.setSoTimeout((int) Await.PATIENCE.toMillis());
                assertThat(first.getInputStream().read()).isEqualTo(7);
                first.shutdownOutput();
                assertThat(second.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void whatStillArrivesForASocketThatClosesCostsOthersNothing() throws Exception {
        int rounds = 150;
        AtomicInteger connections = new AtomicInteger();
        Server server = serve(witness -> {
            if (connections.incrementAndGet() == 1) {
                Echo.on(witness);
            } else {
                witness.onReceived(loan -> witness.close());
                witness.resume();
            }
        });
        Peer neighbour = server.connect();
        server.awaitAccepted(1);
        byte[] bytes = new byte[64 * 1024];
        for (int i = 0; i < rounds; i++) {
            try (Peer peer = Peer.connect(server.address())) {
                sendUntilCut(peer, bytes);
            }
        }
        server.accepted().stream().skip(1).forEach(Witness::awaitClosed);
        neighbour.send(bytes);
        assertThat(neighbour.receive(bytes.length)).isEqualTo(bytes);
    }

    private static void sendUntilCut(Peer peer, byte[] bytes) {
        try {
            while (true) {
                peer.send(bytes);
            }
        } catch (IOException closed) {
            // As it should be.
        }
    }

    /** Each connection carries one value only. The value says whether it is sent back or the connection closed. */
    private static void answerOrHangUp(Witness witness) {
        ByteBuf answer = Unpooled.directBuffer(1);
        witness.onReceived(loan -> {
            byte value = loan.getByte(loan.readerIndex());
            loan.forEachByte(each -> {
                assertThat(each)
                        .as("a byte of a connection that carries %s", value)
                        .isEqualTo(value);
                return true;
            });
            if (value < 0) {
                witness.close();
            } else if (witness.received() == 0) {
                witness.send(answer.writeByte(value));
            }
        });
        witness.onReceiveEnd(witness::close);
        witness.onClosed(answer::release);
        witness.resume();
    }

    private static void connectAgainAndAgain(Server server, int connections, Queue<Throwable> failures) {
        try {
            for (int i = 0; i < connections; i++) {
                try (Peer peer = Peer.connect(server.address())) {
                    connectOnce(peer, i);
                }
            }
        } catch (Throwable failed) {
            failures.add(failed);
        }
    }

    private static void connectOnce(Peer peer, int number) throws IOException {
        byte answered = (byte) (number & 0x7F);
        byte hungUp = (byte) (number | 0x80);
        switch (number % 4) {
            case 0 -> peer.reset();
            case 1 -> peer.send(new byte[] {hungUp, hungUp});
            case 2 -> {
                peer.send(new byte[] {answered, answered, answered});
                assertThat(peer.receive(1)).containsExactly(answered);
                peer.send(new byte[] {answered});
            }
            default -> {
                peer.send(new byte[] {answered});
                assertThat(peer.receive(1)).containsExactly(answered);
                peer.reset();
            }
        }
    }
}
