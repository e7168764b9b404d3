package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.transport.ListenOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Many connections on few loops, tasks from other threads, and the end of a loop. */
abstract class LoopRules extends ContractGroup {

    private static final int LARGE = 8 << 20;

    LoopRules(Subject subject) {
        super(subject);
    }

    @Test
    void connectionsLiveOnTheLoopsThatWereChosen() throws Exception {
        Host host = host(4, CONFIG);
        Server server = host.listen(ListenOptions.DEFAULT, Echo::on);
        Pattern pattern = new Pattern(1);
        for (int i = 1; i <= 40; i++) {
            Peer peer = server.connect();
            server.awaitAccepted(i);
            peer.send(pattern.bytes(0, 1000));
            pattern.verify(0, peer.receive(1000), 1000);
        }
        for (int i = 0; i < 40; i++) {
            assertThat(server.accepted().get(i).socket().loop())
                    .isSameAs(host.loops().get(i % 4));
        }
    }

    @Test
    void aWakeUpFromAnotherThreadIsNeverLost() throws Exception {
        Host host = serve(witness -> {}).host();
        for (int i = 0; i < 20_000; i++) {
            CountDownLatch ran = new CountDownLatch(1);
            host.loop().execute(ran::countDown);
            assertThat(ran.await(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("task %s runs", i)
                    .isTrue();
            if (i % 16 == 0) {
                LockSupport.parkNanos(i);
            }
        }
    }

    @Test
    void aFloodDoesNotHoldUpTasks() throws Exception {
        AtomicInteger pieces = new AtomicInteger();
        Server server = serve(MANY_PIECES, ListenOptions.DEFAULT, witness -> {
            witness.onReceived(loan -> pieces.incrementAndGet());
            witness.resume();
        });
        // Few enough to leave buffers over: an engine that runs out of them stops receiving, and runs its tasks.
        try (Flood flood = new Flood(server, 3)) {
            EveryTurn turns = new EveryTurn(server.host().loop(), pieces);
            Await.until("the loop has turned so often", () -> turns.count >= 200);
            turns.ended = true;
            assertThat(turns.mostPieces).as("pieces received in a turn").isLessThan(PIECES_IN_A_TURN_MAX);
            assertThat(flood.isGoingOn()).isTrue();
        }
    }

    @Test
    void aFloodForASlowHandlerDoesNotHoldUpTasks() throws Exception {
        AtomicInteger pieces = new AtomicInteger();
        Server server = serve(MANY_PIECES, ListenOptions.DEFAULT, witness -> {
            witness.onReceived(loan -> {
                Await.spin(Duration.ofMillis(1));
                pieces.incrementAndGet();
            });
            witness.resume();
        });
        try (Flood flood = new Flood(server, 3)) {
            for (int i = 0; i < 5; i++) {
                int asked = pieces.get();
                CompletableFuture<Integer> ran = new CompletableFuture<>();
                server.host().loop().execute(() -> ran.complete(pieces.get()));
                // A second of work. The clock would count what others do meanwhile, too.
                assertThat(ran.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS) - asked)
                        .as("pieces received before task %s", i)
                        .isLessThan(1_000);
            }
            assertThat(flood.isGoingOn()).isTrue();
        }
    }

    /** Counts what happens in each turn of a loop, of which every one looks at its timers once. */
    private static final class EveryTurn implements Runnable {

        private final IoEventLoop loop;
        private final AtomicInteger pieces;
        private volatile int count;
        private volatile int mostPieces;
        private volatile boolean ended;

        EveryTurn(IoEventLoop loop, AtomicInteger pieces) {
            this.loop = loop;
            this.pieces = pieces;
            // By the loop itself: what comes before it gets here is not of one turn.
            loop.execute(() -> {
                pieces.set(0);
                next();
            });
        }

        @Override
        public void run() {
            mostPieces = Math.max(mostPieces, pieces.getAndSet(0));
            count++;
            if (!ended) {
                next();
            }
        }

        private void next() {
            loop.schedule(this, 1, TimeUnit.NANOSECONDS);
        }
    }

    @Test
    void aThousandConnectionsAreAllServedWhenTheirBytesComeAtOnce() throws Exception {
        int connections = 1_000;
        int rounds = 3;
        Server server = serve(Echo::on);
        Pattern pattern = new Pattern(2);
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            peers.add(server.connect());
        }
        server.awaitAccepted(connections);
        for (int round = 0; round < rounds; round++) {
            CountDownLatch hold = new CountDownLatch(1);
            server.host().loop().execute(() -> Await.latch(hold));
            for (Peer peer : peers) {
                peer.send(pattern.bytes(round * 1000L, 1000));
            }
            hold.countDown();
            for (Peer peer : peers) {
                pattern.verify(round * 1000L, peer.receive(1000), 1000);
            }
        }
    }

    @Test
    void idleConnectionsDoNotKeepOthersFromReceiving() throws Exception {
        int connections = 1_000;
        Server server = serve(Echo::on);
        List<Peer> peers = new ArrayList<>();
        CountDownLatch hold = new CountDownLatch(1);
        server.host().loop().execute(() -> Await.latch(hold));
        for (int i = 0; i < connections; i++) {
            peers.add(server.connect());
        }
        hold.countDown();
        server.awaitAccepted(connections);
        for (int i = connections - 1; i >= 0; i -= 37) {
            peers.get(i).send(new byte[] {(byte) i});
            assertThat(peers.get(i).receive(1)).containsExactly((byte) i);
        }
    }

    @Test
    void theEndOfALoopClosesEverythingOnIt() throws Exception {
        for (int round = 0; round < 5; round++) {
            Server server = serve(Witness::resume);
            List<ByteBuf> lent = new ArrayList<>();
            Peer idle = server.connect();
            server.connectWithSmallWindow();
            Witness sendingToNobody = server.awaitAccepted(2);
            sendingToNobody.onLoop(() -> sendingToNobody.send(large(sendingToNobody, lent)));
            Peer sendingDuringAPause = server.connect();
            Witness paused = server.awaitAccepted(3);
            paused.onLoop(paused::pause);
            sendingDuringAPause.send(new byte[1000]);
            server.connect().finishSending();
            Witness halfClosed = server.awaitAccepted(4);
            halfClosed.awaitReceiveEnd();
            server.connect().finishSending();
            Witness finishedBothWays = server.awaitAccepted(5);
            finishedBothWays.awaitReceiveEnd();
            finishedBothWays.onLoop(finishedBothWays::shutdownOutput);
            server.host().settle();
            server.host().shutDown();
            server.accepted().forEach(witness -> assertThat(witness.isClosed()).isTrue());
            assertThat(server.acceptedCount()).isEqualTo(5);
            assertThat(server.isListenerClosed()).isTrue();
            assertThat(idle.seesEnd()).isTrue();
            assertThat(lent).allMatch(bytes -> bytes.refCnt() == 0);
        }
    }

    private static ByteBuf large(Witness witness, List<ByteBuf> lent) {
        ByteBuf bytes = Unpooled.directBuffer(LARGE).writeZero(LARGE);
        lent.add(bytes);
        witness.onClosed(bytes::release);
        return bytes;
    }

    @Test
    void theEndOfABusyLoopClosesEverythingOnIt() throws Exception {
        for (int round = 0; round < 10; round++) {
            AtomicInteger closed = new AtomicInteger();
            Host host = host(2, CONFIG);
            Server server = host.listen(ListenOptions.DEFAULT, witness -> {
                witness.onReceived(loan -> Await.spin(Await.PIECE_OF_WORK));
                witness.onClosed(closed::incrementAndGet);
                witness.resume();
            });
            try (Flood flood = new Flood(server, 8)) {
                assertThat(flood.isGoingOn()).isTrue();
                host.shutDown();
            }
            assertThat(closed).hasValue(8);
        }
    }

    @Test
    void aListenerOfALoopThatHasEndedCanBeUsedInVain() throws Exception {
        Server server = serve(witness -> {});
        server.host().shutDown();
        server.listener().pauseAccepting();
        server.listener().resumeAccepting();
        server.listener().close();
        assertThat(server.isListenerClosed()).isTrue();
    }
}
