package dev.tandem.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** What the connections of two loops may hold together. The kernel, the peers and the clock are the test. */
class ByteBudgetTest {

    private static final int MAX = 100_000;

    /** What two loops may leave unreported, and more than what a buffer of few bytes takes. */
    private static final int SLACK = 2 * MAX / 64;

    private final Allocator allocator = new Allocator();
    private final List<Boolean> nearlySpent = new ArrayList<>();
    private final ByteBudget budget = new ByteBudget(MAX, 2, this::noteNearlySpent);
    private final List<Client> clients = new ArrayList<>();
    private final Home here = new Home();
    private final Home there = new Home();

    /** Notes the largest buffer that was ever asked for. */
    private static final class Allocator extends AbstractByteBufAllocator {

        private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
        private int largest;

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            throw new UnsupportedOperationException("What is sent must be direct.");
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            largest = Math.max(largest, initialCapacity);
            return memory.directBuffer(initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }

        long usedBytes() {
            return memory.metric().usedDirectMemory();
        }
    }

    private final class Home {
        final ManualLoop loop = new ManualLoop();
        final List<CloseReason> left = new ArrayList<>();
        final LoopConnections connections = new LoopConnections(
                null,
                loop,
                allocator,
                ConnectionLimits.DEFAULT.withFrame(Duration.ofSeconds(2)),
                budget,
                connection -> left.add(connection.closeReason()));
    }

    /** A connection, its handler, and the socket behind it. Bytes are read up to the last dot. */
    private final class Client implements ConnectionHandler {

        final Home home;
        final FakeSocket socket;
        Connection connection;
        int read;
        boolean gone;

        Client(Home home) {
            this.home = home;
            socket = new FakeSocket(home.loop);
            socket.tell(Connection.open(home.connections, socket, this));
            turn();
            clients.add(this);
        }

        @Override
        public void onOpened(Connection opened) {
            connection = opened;
        }

        @Override
        public void onBytes(Connection same, ByteBuf in) {
            int lastDot = in.forEachByteDesc(octet -> octet != '.');
            int end = Math.max(lastDot + 1, in.readerIndex());
            read += end - in.readerIndex();
            in.readerIndex(end);
        }

        @Override
        public void onClosed(Connection same, CloseReason why) {
            gone = true;
        }

        /** The server holds so many bytes for it, which it does not take. */
        Client holds(int bytes) {
            connection.write(new byte[bytes]);
            turn();
            return this;
        }

        boolean isRead() {
            return socket.receiving;
        }

        boolean isAborted() {
            return socket.aborted;
        }
    }

    private void noteNearlySpent() {
        nearlySpent.add(budget.isNearlySpent());
    }

    private void turn() {
        here.loop.runAll();
        there.loop.runAll();
        here.loop.runAll();
        // What was aborted is gone when the loops have turned.
        clients.stream().filter(Client::isAborted).forEach(client -> client.socket.isGone());
    }

    private void tick() {
        here.connections.tickFromOutside();
        there.connections.tickFromOutside();
        turn();
    }

    private long held() {
        return here.connections.bufferedBytes() + there.connections.bufferedBytes();
    }

    @AfterEach
    void everyByteIsGivenBackAndTheStrainIsOver() {
        for (Home home : List.of(here, there)) {
            home.connections.endAll(CloseReason.ABORTED);
        }
        turn();
        assertThat(held()).isZero();
        assertThat(budget.isStrained()).isFalse();
        assertThat(budget.isNearlySpent()).isFalse();
        assertThat(budget.roomBytes()).isBetween((long) MAX - SLACK, (long) MAX + SLACK);
        for (Home home : List.of(here, there)) {
            home.connections.end();
        }
        turn();
        assertThat(budget.roomBytes()).isEqualTo(MAX);
        assertThat(allocator.usedBytes()).isZero();
    }

    @Nested
    class AtFourFifths {

        @Test
        void whoHoldsMoreThanItsShareIsNotReadAndOthersAre() {
            Client large = new Client(here).holds(50_000);
            Client alsoLarge = new Client(there).holds(28_000);
            Client small = new Client(there).holds(1_000);
            Client idle = new Client(here);
            assertThat(clients).allMatch(Client::isRead);
            small.holds(2_000);

            assertThat(budget.isStrained()).isTrue();
            assertThat(large.isRead()).isFalse();
            assertThat(alsoLarge.isRead()).isFalse();
            // A fifth of it all for four connections.
            assertThat(budget.shareBytes()).isEqualTo(MAX / 5 / 4);
            assertThat(small.isRead()).isTrue();
            assertThat(idle.isRead()).isTrue();
            assertThat(new Client(here).isRead()).isTrue();
        }

        @Test
        void whoComesToHoldMoreThanItsShareIsNotReadFromThenOn() {
            Client other = new Client(there);
            new Client(here).holds(80_000);
            assertThat(budget.shareBytes()).isEqualTo(MAX / 5 / 2);
            other.holds(5_000);
            assertThat(other.isRead()).isTrue();
            other.holds(6_000);
            assertThat(other.isRead()).isFalse();
        }

        @Test
        void whoHoldsLessAgainIsReadAgainThoughTheStrainGoesOn() {
            new Client(here).holds(70_000);
            Client other = new Client(there).holds(15_000);
            assertThat(other.isRead()).isFalse();
            other.socket.takesAll();
            turn();

            assertThat(other.isRead()).isTrue();
            assertThat(budget.isStrained()).isTrue();
        }

        @Test
        void belowSevenTenthsEverybodyIsReadAgainAlsoOnLoopsWhereNothingHappens() {
            List<Client> still = List.of(new Client(there).holds(30_000), new Client(here).holds(30_000));
            Client moving = new Client(here).holds(11_000).holds(10_000);
            assertThat(clients).noneMatch(Client::isRead);
            moving.socket.takes(11_000);
            turn();

            // Between the marks.
            assertThat(budget.isStrained()).isTrue();
            assertThat(still).noneMatch(Client::isRead);
            moving.socket.takesAll();
            turn();
            assertThat(budget.isStrained()).isFalse();
            assertThat(clients).allMatch(Client::isRead);
        }

        @Test
        void whatHasArrivedIsStillOfferedForItGivesMemoryBack() {
            Client holdsRequests = new Client(here);
            holdsRequests.socket.receives("x".repeat(30_000) + ".");
            int read = holdsRequests.read;
            holdsRequests.socket.receives("y".repeat(50_000));
            holdsRequests.connection.pauseReading();
            new Client(there).holds(32_000);
            assertThat(budget.isStrained()).isTrue();
            holdsRequests.connection.resumeReading();
            turn();

            assertThat(read).isEqualTo(30_001);
            assertThat(holdsRequests.connection.isReading()).isTrue();
            assertThat(holdsRequests.isRead()).isFalse();
        }

        @Test
        void aPauseOfTheHandlerOutlivesTheStrain() {
            Client pausing = new Client(there).holds(30_000);
            Client moving = new Client(here).holds(60_000);
            assertThat(pausing.isRead()).isFalse();
            pausing.connection.pauseReading();
            moving.socket.takesAll();
            turn();

            assertThat(budget.isStrained()).isFalse();
            assertThat(pausing.isRead()).isFalse();
            pausing.connection.resumeReading();
            turn();
            assertThat(pausing.isRead()).isTrue();
        }

        @Test
        void anUnfinishedFrameThatIsNotReadMeetsItsDeadline() {
            Client unfinished = new Client(here);
            unfinished.socket.receives("x".repeat(30_000));
            new Client(there).holds(60_000);
            assertThat(unfinished.isRead()).isFalse();
            for (int i = 0; i < 5; i++) {
                tick();
            }

            assertThat(unfinished.connection.closeReason()).isEqualTo(CloseReason.FRAME_TIMEOUT);
        }
    }

    @Nested
    class AtNineTenths {

        @Test
        void nobodyNewIsWantedUntilBelowFourFifths() {
            Client large = new Client(here).holds(50_000);
            new Client(there).holds(38_000);
            assertThat(nearlySpent).isEmpty();
            Client small = new Client(there).holds(2_500);
            assertThat(nearlySpent).containsExactly(true);
            small.socket.takesAll();
            assertThat(nearlySpent).containsExactly(true);
            large.socket.takesAll();
            assertThat(nearlySpent).containsExactly(true, false);
        }
    }

    @Nested
    class AtTheEnd {

        @Test
        void theLargestOfAllLoopsIsClosedAndNoOther() {
            Client large = new Client(here).holds(30_000);
            Client largest = new Client(there).holds(40_000);
            Client growing = new Client(here).holds(20_000).holds(6_000);

            assertThat(largest.isAborted()).isTrue();
            assertThat(largest.connection.closeReason()).isEqualTo(CloseReason.BUDGET_EXCEEDED);
            assertThat(large.isAborted()).isFalse();
            assertThat(growing.isAborted()).isFalse();
            assertThat(there.left).containsExactly(CloseReason.BUDGET_EXCEEDED);
        }

        @Test
        void asManyAreClosedAsItTakes() {
            for (int i = 0; i < 40; i++) {
                new Client(i % 2 == 0 ? here : there).holds(5_000 + 10 * i);
                assertThat(held()).isLessThanOrEqualTo(MAX + SLACK);
            }

            // The largest is always the one that came last, as soon as there are too many.
            assertThat(clients.stream().filter(client -> !client.isAborted())).hasSize(18);
            assertThat(clients.subList(0, 17)).noneMatch(Client::isAborted);
        }

        @Test
        void aWriteThatDoesNotFitClosesALargerOneOfItsLoopAtOnce() {
            Client elsewhere = new Client(there).holds(45_000);
            Client larger = new Client(here).holds(35_000);
            Client writing = new Client(here).holds(1_000);
            writing.connection.write(new byte[30_000]);

            assertThat(larger.isAborted()).isTrue();
            turn();
            assertThat(writing.connection.unsentBytes()).isEqualTo(31_000);
            assertThat(elsewhere.isAborted()).isFalse();
        }

        @Test
        void aWriteThatDoesNotFitAndWouldBeTheLargestIsNotEvenCopied() {
            Client other = new Client(here).holds(45_000);
            Client writing = new Client(here).holds(1_000);
            writing.connection.write(new byte[60_000]);

            assertThat(allocator.largest).isEqualTo(45_000);
            assertThat(writing.connection.closeReason()).isEqualTo(CloseReason.BUDGET_EXCEEDED);
            assertThat(other.isAborted()).isFalse();
            turn();
        }

        @Test
        void manySmallWritesInOneTurnDoNotGoBeyondIt() {
            for (int i = 0; i < 100; i++) {
                new Client(i % 2 == 0 ? here : there);
            }
            for (Client client : clients) {
                client.connection.write(new byte[2_000]);
                assertThat(held()).isLessThanOrEqualTo(MAX + SLACK);
            }
            turn();
            assertThat(clients.stream().filter(client -> !client.isAborted()).count())
                    .isBetween(45L, 50L);
        }

        @Test
        void whatIsClosingCountsNoMoreAndNobodyElseHasToGoMeanwhile() {
            Client largest = new Client(here).holds(60_000);
            Client other = new Client(here).holds(20_000);
            other.connection.write(new byte[30_000]);
            assertThat(largest.isAborted()).isTrue();

            // The transport is not done with it yet.
            assertThat(held()).isEqualTo(50_000);
            other.connection.write(new byte[30_000]);
            assertThat(other.isAborted()).isFalse();
            turn();
        }
    }

    @Nested
    class Counting {

        @Test
        void wholeBuffersCountAndNotJustTheirBytes() {
            Client client = new Client(here);
            client.socket.receives("x".repeat(10_000));
            assertThat(held()).isEqualTo(10_000);
            client.socket.receives("xxx.y");

            assertThat(client.read).isEqualTo(10_004);
            // One byte is unread, and the buffer that has grown for the rest is still there.
            assertThat(held()).isEqualTo(allocator.usedBytes()).isGreaterThan(10_000);
        }

        @Test
        void whatTheTransportKeepsInAPauseDoesNotKeepThePauseUp() {
            Client keeping = new Client(here);
            Client filling = new Client(there).holds(MAX / 2);
            keeping.connection.pauseReading();
            keeping.socket.heldBytes = MAX * 35 / 100;
            here.connections.tickFromOutside();
            turn();
            keeping.connection.resumeReading();
            turn();

            assertThat(filling.isRead())
                    .as("the budget is strained, so this one is read")
                    .isFalse();
            assertThat(keeping.isRead()).isTrue();
        }

        @Test
        void whatTheTransportKeepsCountsWithTheNextTick() {
            Client client = new Client(here);
            client.connection.pauseReading();
            turn();
            client.socket.heldBytes = 20_000;
            tick();
            assertThat(held()).isEqualTo(20_000);
            client.socket.heldBytes = 0;
            tick();
            assertThat(held()).isZero();
        }

        @Test
        void whatOtherThreadsHaveWrittenCountsBeforeTheLoopTakesItOver() throws Exception {
            Client client = new Client(here);
            Client other = new Client(there);
            onAnotherThread(() -> client.connection.write(new byte[60_000]));
            assertThat(held()).isEqualTo(60_000);
            assertThat(client.connection.unsentBytes()).isZero();
            onAnotherThread(() -> other.connection.write(new byte[60_000]));

            assertThat(held()).isEqualTo(60_000);
            assertThat(budget.isStrained()).isFalse();
            turn();
            assertThat(held()).isEqualTo(60_000);
            assertThat(other.connection.closeReason()).isEqualTo(CloseReason.BUDGET_EXCEEDED);
            client.socket.takesAll();
            assertThat(held()).isZero();
        }

        @Test
        void whatOtherThreadsHaveWrittenStrainsTheBudgetToo() throws Exception {
            Client client = new Client(here);
            onAnotherThread(() -> client.connection.write(new byte[85_000]));
            assertThat(budget.isStrained()).isTrue();
            turn();
            client.socket.takesAll();
            turn();
            assertThat(client.isRead()).isTrue();
        }

        @Test
        void whatAnotherThreadCouldNotWriteDoesNotCount() throws Exception {
            Client client = new Client(here);
            ByteBuf released = allocator.directBuffer(60_000).writeZero(60_000);
            released.release();
            onAnotherThread(() -> assertThatThrownBy(() -> client.connection.write(released))
                    .isInstanceOf(IllegalReferenceCountException.class));
            turn();

            assertThat(client.connection.handedOverBytes()).isZero();
            assertThat(allocator.usedBytes()).isZero();
        }

        private void onAnotherThread(Runnable action) throws InterruptedException {
            Thread thread = new Thread(action);
            thread.start();
            thread.join();
        }
    }

    /** One thread goes above the mark and another below, at the same moment: the level must fit what is held afterwards. */
    @Test
    void theLevelIsRightWhenTwoThreadsChangeItAtATime() throws Exception {
        int rounds = 5_000;
        CyclicBarrier barrier = new CyclicBarrier(2, () -> {
            assertThat(budget.isStrained()).isFalse();
            assertThat(budget.isNearlySpent()).isFalse();
        });
        Callable<Void> rising = () -> {
            for (int round = 0; round < rounds; round++) {
                budget.report(92_000);
                barrier.await(20, TimeUnit.SECONDS);
            }
            return null;
        };
        Callable<Void> falling = () -> {
            for (int round = 0; round < rounds; round++) {
                while (budget.roomBytes() == MAX) {
                    Thread.onSpinWait();
                }
                // Not always at the same moment of what the other thread does.
                for (int i = 0; i < round % 50; i++) {
                    Thread.onSpinWait();
                }
                budget.report(-92_000);
                barrier.await(20, TimeUnit.SECONDS);
            }
            return null;
        };
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (Future<Void> done : threads.invokeAll(List.of(rising, falling))) {
                done.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void theLargestIsStillClosedWhenLoopsComeAndGoMeanwhile() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(1);
        AtomicBoolean over = new AtomicBoolean();
        Future<?> comingAndGoing = threads.submit(() -> {
            while (!over.get()) {
                here.connections
                        .beside(ConnectionLimits.DEFAULT, connection -> {})
                        .end();
            }
        });
        try {
            for (int i = 0; i < 50_000; i++) {
                budget.report(96_000);
                budget.report(-96_000);
                here.loop.runAll();
                there.loop.runAll();
            }
        } finally {
            over.set(true);
            comingAndGoing.get(10, TimeUnit.SECONDS);
            threads.shutdown();
        }
        here.loop.runAll();
        there.loop.runAll();
        Client small = new Client(there).holds(30_000);
        Client large = new Client(here).holds(66_000);
        turn();

        assertThat(large.isAborted()).isTrue();
        assertThat(small.isAborted()).isFalse();
    }

    /** Whatever happens, the bound is kept, and when all is quiet again everybody is read. */
    @RepeatedTest(20)
    void whateverHappensTheBoundIsKeptAndNobodyIsForgotten() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int step = 0; step < 2_000; step++) {
            act(random);
            assertThat(held()).as("seed %d, step %d", seed, step).isLessThanOrEqualTo(MAX + SLACK);
        }
        turn();
        for (Client client : clients) {
            if (!client.isAborted()) {
                client.socket.takesAll();
                if (client.isRead()) {
                    client.socket.receives(".");
                }
            }
        }
        turn();
        assertThat(clients.stream().filter(client -> !client.isAborted()))
                .as("seed %d", seed)
                .allMatch(Client::isRead);
    }

    private void act(Random random) {
        List<Client> open =
                clients.stream().filter(client -> !client.isAborted()).toList();
        if (open.size() < 10) {
            clients.removeIf(client -> client.gone);
            new Client(random.nextBoolean() ? here : there);
            return;
        }
        Client client = open.get(random.nextInt(open.size()));
        switch (random.nextInt(6)) {
            case 0, 1 -> client.connection.write(new byte[1 + random.nextInt(20_000)]);
            case 2 -> {
                if (client.isRead()) {
                    client.socket.receives("x".repeat(1 + random.nextInt(10_000)) + (random.nextBoolean() ? "." : ""));
                }
            }
            case 3 -> {
                if (client.socket.isSending()) {
                    client.socket.takes(1 + random.nextInt(20_000));
                }
            }
            case 4 -> here.loop.runAll();
            default -> turn();
        }
    }
}
