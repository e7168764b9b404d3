package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.transport.ListenOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Received bytes can be sent without a copy: their loan lasts until they are sent, and others still receive meanwhile. */
abstract class ForwardingRules extends ContractGroup {

    private static final int MANY = 4 << 20;
    private static final Duration STILL = Duration.ofMillis(50);

    /** More than one loop lends at a time, and each with more bytes than the buffers of the kernel take. */
    private static final int STUCK = 150;

    private static final int STUCK_BYTES = 256 * 1024;
    private static final ListenOptions SMALL_BUFFERS = ListenOptions.DEFAULT.withBuffers(4096, 0);

    ForwardingRules(Subject subject) {
        super(subject);
    }

    @Test
    void bytesSentAsTheyWereReceivedArriveWhole() throws Exception {
        Pattern pattern = new Pattern(1);
        Server server = serve(ForwardingRules::forward);
        Peer peer = server.connect();
        Thread sender = sendAll(peer, pattern, MANY);
        pattern.verify(0, peer.receive(MANY), MANY);
        sender.join();
    }

    @Test
    void bytesSentAsTheyWereReceivedSurviveABusyNeighbour() throws Exception {
        Pattern pattern = new Pattern(2);
        AtomicInteger connections = new AtomicInteger();
        Server server = serve(witness -> {
            if (connections.incrementAndGet() == 1) {
                forward(witness);
            } else {
                witness.resume();
            }
        });
        Peer peer = server.connectWithSmallWindow();
        Witness witness = server.awaitAccepted(1);
        Thread sender = sendAll(peer, pattern, MANY);
        Await.halt("Sending into a closed window", STILL, witness::sentOnLoop);
        try (Flood flood = new Flood(server, 3)) {
            pattern.verify(0, peer.receive(MANY), MANY);
            assertThat(flood.isGoingOn()).isTrue();
        }
        sender.join();
    }

    @Test
    void aLoanMayBeSentByAnotherSocketOfItsLoop() throws Exception {
        Pattern pattern = new Pattern(5);
        AtomicInteger lent = new AtomicInteger();
        List<Witness> pair = new ArrayList<>();
        Server server = serve(witness -> {
            pair.add(witness);
            if (pair.size() == 2) {
                pass(pair.get(0), pair.get(1), lent);
            }
        });
        Peer from = server.connect();
        server.awaitAccepted(1);
        Peer to = server.connectWithSmallWindow();
        server.awaitAccepted(2);
        Thread sender = sendAll(from, pattern, MANY);
        pattern.verify(0, to.receive(MANY), MANY);
        sender.join();
        assertThat(lent).hasPositiveValue();
    }

    @Test
    void whoLendsMayGoWhileItsBytesAreBeingSent() throws Exception {
        List<Witness> pair = new ArrayList<>();
        Server server = serve(witness -> {
            pair.add(witness);
            witness.onReceived(loan -> {
                sendOrCopy(pair.get(0), loan);
                witness.abort();
            });
            witness.resume();
        });
        Peer to = server.connect();
        server.awaitAccepted(1);
        Peer from = server.connect();
        byte[] bytes = LoanRules.filled();
        from.send(bytes);
        assertThat(to.receive(bytes.length)).isEqualTo(bytes);
        server.awaitAccepted(2).awaitClosed();
    }

    /** Sends what the first receives through the second; while it is being sent, receives nothing. */
    private static void pass(Witness from, Witness to, AtomicInteger lent) {
        from.onReceived(loan -> {
            if (sendOrCopy(to, loan)) {
                lent.incrementAndGet();
            }
            from.pause();
        });
        to.onSent(sent -> {
            if (to.sent() == from.received() && !from.isClosing()) {
                from.resume();
            }
        });
        from.resume();
    }

    @Test
    void onlyOneSocketMaySendALoan() throws Exception {
        List<Witness> pair = new ArrayList<>();
        Server server = serve(witness -> {
            pair.add(witness);
            witness.onReceived(loan -> {
                ByteBuf bytes = loan.duplicate();
                assertThat(pair.get(0).sendLoan(bytes)).isFalse();
                assertThat(pair.get(0).sendLoan(loan)).isTrue();
                assertThat(loan.isReadable() && pair.get(1).sendLoan(loan)).isFalse();
            });
            witness.resume();
        });
        Peer first = server.connect();
        Peer second = server.connect();
        server.awaitAccepted(2);
        second.send(new byte[100]);
        assertThat(first.receive(100)).hasSize(100);
    }

    @Test
    void onlyWhatIsStillReadableIsSent() throws Exception {
        Pattern pattern = new Pattern(3);
        Server server = serve(witness -> {
            witness.onReceived(loan -> {
                loan.skipBytes(100).writerIndex(loan.writerIndex() - 50);
                sendOrCopy(witness, loan);
                witness.pause();
            });
            witness.resume();
        });
        Peer peer = server.connect();
        peer.send(pattern.bytes(0, 1000));
        pattern.verify(100, peer.receive(850), 850);
    }

    @Test
    void onlyTheLoanAtHandCanBeSent() throws Exception {
        List<ByteBuf> kept = new ArrayList<>();
        Server server = serve(witness -> {
            witness.onReceived(loan -> {
                kept.add(loan);
                for (ByteBuf own : List.of(Unpooled.directBuffer(10), Unpooled.buffer(10))) {
                    assertThat(witness.sendLoan(own.writeZero(10))).isFalse();
                    own.release();
                }
            });
            witness.resume();
        });
        Peer peer = server.connect();
        peer.send(new byte[100]);
        Witness witness = server.awaitAccepted(1);
        witness.awaitReceived(100);
        witness.onLoop(
                () -> assertThat(witness.sendLoan(kept.get(0).setIndex(0, 10))).isFalse());
        witness.onLoop(witness::shutdownOutput);
        assertThat(peer.seesEnd()).isTrue();
    }

    @Test
    void aLoanIsSentUnderTheRulesOfEverySend() throws Exception {
        Server server = serve(witness -> {
            witness.onReceived(loan -> {
                ByteBuf bytes = Unpooled.directBuffer().writeZero(10);
                witness.onClosed(bytes::release);
                witness.send(bytes);
                assertThatThrownBy(() -> witness.socket().sendLoan(loan)).isInstanceOf(IllegalStateException.class);
            });
            witness.onSent(sent -> {
                witness.shutdownOutput();
                witness.onReceived(loan -> {
                    assertThatThrownBy(() -> witness.socket().sendLoan(loan)).isInstanceOf(IllegalStateException.class);
                    witness.close();
                    assertThat(witness.sendLoan(loan)).isFalse();
                });
            });
            witness.resume();
        });
        Peer peer = server.connect();
        peer.send(new byte[10]);
        assertThat(peer.receiveToEnd()).hasSize(10);
        peer.send(new byte[10]);
        server.awaitAccepted(1).awaitClosed();
    }

    @Test
    void loansThatNobodyTakesDoNotStopOthersFromReceiving() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        Server server = serve(CONFIG, SMALL_BUFFERS, witness -> {
            if (connections.incrementAndGet() == 1) {
                Echo.on(witness);
            } else {
                forward(witness);
            }
        });
        Peer neighbour = server.connect();
        server.awaitAccepted(1);
        Stuck stuck = new Stuck(server);
        Pattern pattern = new Pattern(4);
        for (int i = 0; i < 20; i++) {
            neighbour.send(pattern.bytes(i * 100_000L, 100_000));
            pattern.verify(i * 100_000L, neighbour.receive(100_000), 100_000);
        }
        stuck.receiveAll();
    }

    @Test
    void loansInFlightAreReadByNobodyAndComeBackWhenTheirConnectionsClose() throws Exception {
        endWithLoansInFlight(Witness::close);
    }

    @Test
    void loansInFlightAreReadByNobodyAndComeBackWhenTheirConnectionsAreAborted() throws Exception {
        endWithLoansInFlight(Witness::abort);
    }

    private void endWithLoansInFlight(Consumer<Witness> ending) throws Exception {
        AtomicInteger lent = new AtomicInteger();
        Server server = serve(CONFIG, SMALL_BUFFERS, witness -> forward(witness, lent));
        // Loans that one round kept would be missing in the next.
        for (int round = 0; round < 2; round++) {
            new Stuck(server).end(ending);
        }
        int before = lent.get();
        Peer peer = server.connect();
        peer.send(new byte[100]);
        assertThat(peer.receive(100)).hasSize(100);
        Await.count("the loan is taken", before + 1, lent::get);
    }

    @Test
    void aLoanThatWasSentFindsPoison() throws Exception {
        List<ByteBuf> kept = new ArrayList<>();
        Server server = serve(witness -> {
            witness.onReceived(loan -> {
                kept.add(loan);
                sendOrCopy(witness, loan);
            });
            witness.resume();
        });
        Peer peer = server.connect();
        byte[] bytes = LoanRules.filled();
        peer.send(bytes);
        assertThat(peer.receive(bytes.length)).isEqualTo(bytes);
        Witness witness = server.awaitAccepted(1);
        Await.until("the send is reported", () -> witness.sent() == bytes.length);
        witness.onLoop(() -> kept.forEach(LoanRules::assertNothingCanBeRead));
    }

    @Test
    void misusingALoanThatIsBeingSentAbortsThatConnectionOnly() throws Exception {
        for (Consumer<ByteBuf> misuse : List.<Consumer<ByteBuf>>of(ByteBuf::release, ByteBuf::retain)) {
            AtomicInteger connections = new AtomicInteger();
            Server server = serve(witness -> {
                if (connections.incrementAndGet() == 1) {
                    Echo.on(witness);
                    return;
                }
                witness.onReceived(loan -> {
                    sendOrCopy(witness, loan);
                    misuse.accept(loan);
                });
                witness.resume();
            });
            Peer neighbour = server.connect();
            server.awaitAccepted(1);
            for (int i = 2; i <= 6; i++) {
                Peer peer = server.connect();
                peer.send(new byte[100]);
                server.awaitAccepted(i).awaitClosed();
                neighbour.send(new byte[] {(byte) i});
                assertThat(neighbour.receive(1)).containsExactly(i);
            }
        }
    }

    /** Sends each piece back as it is; while it is being sent, receives nothing. */
    private static void forward(Witness witness) {
        forward(witness, new AtomicInteger());
    }

    /** The same, and counts the loans that were taken. */
    private static void forward(Witness witness, AtomicInteger lent) {
        witness.onReceived(loan -> {
            if (sendOrCopy(witness, loan)) {
                lent.incrementAndGet();
            }
            witness.pause();
        });
        witness.onSent(sent -> {
            if (witness.sent() == witness.received()) {
                witness.resume();
            }
        });
        witness.onReceiveEnd(witness::close);
        witness.resume();
    }

    /** Returns whether the loan itself is being sent. */
    private static boolean sendOrCopy(Witness witness, ByteBuf loan) {
        boolean lent = witness.sendLoan(loan);
        if (!lent) {
            ByteBuf copy = PooledByteBufAllocator.DEFAULT.directBuffer(loan.readableBytes());
            copy.writeBytes(loan, loan.readerIndex(), loan.readableBytes());
            witness.sendAndRelease(copy);
        }
        return lent;
    }

    private static Thread sendAll(Peer peer, Pattern pattern, int total) {
        Thread sender = new Thread(
                () -> {
                    try {
                        peer.send(pattern.bytes(0, total));
                    } catch (IOException cutOff) {
                        // The test looks at what arrived.
                    }
                },
                "sender");
        sender.start();
        return sender;
    }

    /** Peers that send and do not read what comes back, so that each has bytes in flight that nobody takes. */
    private static final class Stuck {

        private final Pattern pattern = new Pattern(5);
        private final List<Peer> peers = new ArrayList<>();
        private final List<Thread> senders = new ArrayList<>();
        private final List<Witness> witnesses;

        Stuck(Server server) throws IOException {
            int connected = server.acceptedCount();
            for (int i = 0; i < STUCK; i++) {
                Peer peer = server.connectWithSmallWindow();
                peers.add(peer);
                senders.add(sendAll(peer, pattern, STUCK_BYTES));
            }
            server.awaitAccepted(connected + STUCK);
            witnesses = server.accepted().subList(connected, connected + STUCK);
            Await.until("all have received", () -> witnesses.stream().allMatch(witness -> witness.received() > 0));
            Await.halt("Sending into closed windows", STILL, this::sent);
            assertThat(witnesses).allMatch(witness -> witness.sent() < witness.received());
        }

        private long sent() {
            return witnesses.stream().mapToLong(Witness::sentOnLoop).sum();
        }

        /** The windows open after all. */
        void receiveAll() throws Exception {
            for (Peer peer : peers) {
                pattern.verify(0, peer.receive(STUCK_BYTES), STUCK_BYTES);
            }
            awaitSenders();
        }

        /** What the kernel had taken before still arrives as it was, or the pattern breaks. */
        void end(Consumer<Witness> ending) throws Exception {
            witnesses.forEach(witness -> witness.onLoop(() -> ending.accept(witness)));
            witnesses.forEach(Witness::awaitClosed);
            for (Peer peer : peers) {
                assertThat(peer.receiveUntilCut(pattern)).isLessThan(STUCK_BYTES);
            }
            awaitSenders();
        }

        private void awaitSenders() throws InterruptedException {
            for (Thread sender : senders) {
                sender.join();
            }
        }
    }
}
