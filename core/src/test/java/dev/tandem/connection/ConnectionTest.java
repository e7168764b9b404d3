package dev.tandem.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A connection whose kernel, peer and clock are the test. */
class ConnectionTest {

    private static final int NEVER = 1_000;

    private final ManualLoop loop = new ManualLoop();
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final List<String> events = new ArrayList<>();
    private final List<FakeSocket> sockets = new ArrayList<>();
    private LoopConnections home;
    private Connection connection;
    private FakeSocket socket;

    /** Echoes whole frames of four bytes, and notes what it is told. */
    private class FourBytes implements ConnectionHandler {

        @Override
        public void onBytes(Connection connection, ByteBuf in) throws Exception {
            while (in.readableBytes() >= 4) {
                connection.write(in.readSlice(4));
            }
        }

        @Override
        public void onOpened(Connection opened) throws Exception {
            connection = opened;
        }

        @Override
        public void onClosed(Connection connection, CloseReason why) {
            events.add("closed " + why + " with " + home.opened() + " opened, " + home.closed(why) + " closed so");
        }
    }

    @AfterEach
    void everyBufferComesBack() {
        home.endAll(CloseReason.ABORTED);
        loop.runAll();
        sockets.forEach(FakeSocket::isGone);
        assertThat(home.bufferedBytes()).isZero();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private void open(UnaryOperator<ConnectionLimits> limits) {
        open(limits, new FourBytes());
    }

    private void open(UnaryOperator<ConnectionLimits> limits, ConnectionHandler handler) {
        ConnectionLimits never = new ConnectionLimits(
                64,
                256,
                64,
                ConnectionLimits.NEVER,
                ConnectionLimits.NEVER,
                ConnectionLimits.NEVER,
                ConnectionLimits.NEVER,
                ConnectionLimits.NEVER);
        home = new LoopConnections(loop, allocator, limits.apply(never), left -> events.add("left"));
        socket = add(handler);
    }

    private FakeSocket add(ConnectionHandler handler) {
        FakeSocket added = new FakeSocket(loop);
        sockets.add(added);
        added.tell(Connection.open(home, added, handler));
        loop.runAll();
        return added;
    }

    private void tick() {
        home.tickFromOutside();
        loop.runAll();
    }

    /** How many ticks pass until the connection begins to close. */
    private int ticksUntilClosing() {
        for (int ticks = 0; ticks < NEVER; ticks++) {
            if (!connection.isOpen() || socket.closing) {
                return ticks;
            }
            tick();
        }
        return NEVER;
    }

    private static Duration ticks(int count) {
        return LoopConnections.TICK.multipliedBy(count);
    }

    private void endsFor(CloseReason why) {
        if (!socket.closing) {
            socket.takesAll();
            socket.receivesEnd();
        }
        socket.isGone();
        assertThat(home.closed(why)).isEqualTo(1);
    }

    @Nested
    class Deadlines {

        @Test
        void oneThatDoesNothingIsIdle() {
            open(limits -> limits.withIdle(ticks(4)));
            socket.receives("ping");
            socket.takesAll();

            // Between four and five ticks, for the bytes may have come at any moment of the tick before the first.
            assertThat(ticksUntilClosing()).isEqualTo(5);
            endsFor(CloseReason.IDLE_TIMEOUT);
        }

        @Test
        void oneThatReceivesOrIsReadByItsPeerIsNotIdle() {
            open(limits -> limits.withIdle(ticks(4)));
            for (int round = 0; round < 10; round++) {
                socket.receives("ping");
                tick();
                tick();
                tick();
                socket.takesAll();
                tick();
                tick();
                tick();
            }
            assertThat(connection.isOpen()).isTrue();
        }

        @Test
        void noDeadlineComesEarly() {
            // Not even by a nanosecond.
            open(limits -> limits.withIdle(LoopConnections.TICK.plusNanos(1)));

            assertThat(ticksUntilClosing()).isEqualTo(3);
        }

        @Test
        void noDeadlineIsForEver() {
            open(limits -> limits);
            socket.receives("pi");

            assertThat(ticksUntilClosing()).isEqualTo(NEVER);
        }

        @Test
        void aPeerMustSendItsFirstByteInTime() {
            open(limits -> limits.withFirstByte(ticks(3)));

            assertThat(ticksUntilClosing()).isEqualTo(4);
            endsFor(CloseReason.FIRST_BYTE_TIMEOUT);
        }

        @Test
        void afterTheFirstByteThatDeadlineIsNoMore() {
            open(limits -> limits.withFirstByte(ticks(3)));
            socket.receives("p");

            assertThat(ticksUntilClosing()).isEqualTo(NEVER);
        }

        @Test
        void dribblingDoesNotPutOffTheDeadlineOfAFrame() {
            open(limits -> limits.withFrame(ticks(5)).withIdle(ticks(3)));
            socket.receives("p");
            tick();
            tick();
            socket.receives("i");
            tick();
            tick();
            socket.receives("n");

            assertThat(ticksUntilClosing()).isEqualTo(2);
            endsFor(CloseReason.FRAME_TIMEOUT);
        }

        @Test
        void aFrameCompletedPutsOffTheDeadlineOfTheNext() {
            open(limits -> limits.withFrame(ticks(5)));
            for (int round = 0; round < 10; round++) {
                socket.receives("ping".substring(round == 0 ? 0 : 2) + "pi");
                tick();
                tick();
                tick();
            }
            assertThat(connection.isOpen()).isTrue();
            assertThat(ticksUntilClosing()).isEqualTo(3);
        }

        @Test
        void aFrameThatWaitsForItsHandlerIsNotLate() {
            open(limits -> limits.withFrame(ticks(5)));
            socket.receives("pi");
            connection.pauseReading();
            for (int i = 0; i < 20; i++) {
                tick();
            }
            assertThat(connection.isOpen()).isTrue();
            connection.resumeReading();
            loop.runAll();
            assertThat(ticksUntilClosing()).isEqualTo(6);
        }

        @Test
        void aPeerThatTakesNothingHasStalled() {
            open(limits -> limits.withWriteStall(ticks(4)));
            socket.receives("pingpong");
            tick();
            tick();
            socket.takes(1);

            assertThat(ticksUntilClosing()).isEqualTo(5);
            assertThat(socket.aborted).isTrue();
            endsFor(CloseReason.WRITE_STALLED);
        }

        @Test
        void aPeerThatTakesNothingOfAClosedConnectionHasStalledToo() {
            open(limits -> limits.withWriteStall(ticks(4)));
            socket.receives("ping");
            connection.close();
            loop.runAll();
            for (int i = 0; i < 5; i++) {
                assertThat(socket.aborted).isFalse();
                tick();
            }
            assertThat(socket.aborted).isTrue();
            endsFor(CloseReason.WRITE_STALLED);
        }

        @Test
        void aPeerThatNeverFinishesIsLingeredFor() {
            open(limits -> limits.withLinger(ticks(2)));
            connection.close();
            loop.runAll();
            assertThat(socket.outputShutdown).isTrue();
            tick();
            tick();
            assertThat(socket.closing).isFalse();
            tick();
            assertThat(socket.closing).isTrue();
            assertThat(socket.aborted).isFalse();
            endsFor(CloseReason.CLOSED);
        }
    }

    @Nested
    class Reasons {

        @Test
        void theFirstOfSeveralReasonsCounts() {
            open(limits -> limits);
            connection.close(CloseReason.BAD_FRAME);
            socket.fails("ECONNRESET");

            endsFor(CloseReason.BAD_FRAME);
        }

        @Test
        void whatKeepsAnOrderlyEndFromBeingDeliveredCountsInstead() {
            open(limits -> limits);
            socket.receives("ping");
            connection.close(CloseReason.DRAINED);
            assertThat(home.endAll(CloseReason.DRAIN_DEADLINE)).isEqualTo(1);

            endsFor(CloseReason.DRAIN_DEADLINE);
        }

        @Test
        void aPeerThatResetsBeforeItHasEverythingWasNotClosedInOrder() {
            open(limits -> limits);
            socket.receives("ping");
            connection.close();
            socket.fails("ECONNRESET");

            endsFor(CloseReason.PEER_RESET);
        }

        @Test
        void anOrderlyEndThatWasDeliveredStaysOne() {
            open(limits -> limits);
            socket.receives("ping");
            connection.close(CloseReason.DRAINED);
            loop.runAll();
            socket.takesAll();
            assertThat(home.endAll(CloseReason.DRAIN_DEADLINE)).isZero();

            endsFor(CloseReason.DRAINED);
        }

        @Test
        void theHandlerHearsOfTheEndBeforeItIsCounted() {
            open(limits -> limits);
            connection.abort();
            socket.isGone();

            assertThat(events).containsExactly("closed ABORTED with 1 opened, 0 closed so", "left");
        }
    }

    @Nested
    class ReadingIndependently {

        private static final String MUCH = "p".repeat(100);

        @Test
        void stopsForWhatWaitsToBeSentUnlessToldNotTo() {
            open(limits -> limits);
            connection.write(MUCH.getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.receiving).isFalse();

            connection.readIndependently();
            loop.runAll();
            assertThat(socket.receiving).isTrue();
            assertThat(connection.isReading()).isTrue();
            socket.takesAll();
            loop.runAll();
            connection.write(MUCH.getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.receiving).isTrue();
        }

        @Test
        void stopsForTheHandlerAllTheSame() {
            open(limits -> limits);
            connection.readIndependently();
            connection.write(MUCH.getBytes(StandardCharsets.US_ASCII));
            connection.pauseReading();
            assertThat(socket.receiving).isFalse();

            connection.resumeReading();
            loop.runAll();
            assertThat(socket.receiving).isTrue();
        }

        @Test
        void theHandlerIsToldThatThereIsRoomAgain() {
            List<String> told = new ArrayList<>();
            open(limits -> limits, new FourBytes() {
                @Override
                public void onWritable(Connection writable) {
                    told.add("writable");
                }
            });
            connection.readIndependently();
            connection.write(MUCH.getBytes(StandardCharsets.US_ASCII));
            loop.runAll();
            assertThat(told).isEmpty();
            socket.takesAll();
            assertThat(told).containsExactly("writable");
        }
    }

    @Nested
    class HandlersWithAQueue {

        private final ConnectionHandler telling = new FourBytes() {
            @Override
            public void onAllSent(Connection connection) {
                events.add("all sent");
            }

            @Override
            public void onWritable(Connection connection) {
                events.add("writable");
            }
        };

        @Test
        void theyHearWhenEverythingWasSentAndNotBefore() {
            open(limits -> limits, telling);
            socket.receives("pingpong");
            socket.takes(5);
            assertThat(events).isEmpty();
            socket.takes(3);

            assertThat(events).containsExactly("all sent");
        }

        @Test
        void whatTheyWriteThenIsSent() {
            open(limits -> limits, new FourBytes() {
                private int left = 3;

                @Override
                public void onAllSent(Connection connection) {
                    if (left-- > 0) {
                        connection.write(new byte[] {'!'});
                    }
                }
            });
            socket.receives("ping");
            socket.takesAll();

            assertThat(socket.taken()).isEqualTo("ping!!!");
        }

        @Test
        void whatTheyHoldCountsLikeWhatIsWritten() {
            open(limits -> limits, telling);
            connection.countQueued(65);
            assertThat(connection.isWritable()).isFalse();
            assertThat(socket.receiving).isFalse();
            loop.runAll();
            assertThat(home.bufferedBytes()).isEqualTo(65);
            connection.countQueued(32);
            loop.runAll();

            assertThat(connection.isWritable()).isTrue();
            assertThat(socket.receiving).isTrue();
            assertThat(events).containsExactly("writable");
            connection.countQueued(257);
            endsFor(CloseReason.OUTBOUND_OVERFLOW);
        }
    }

    @Nested
    class Exceptions {

        @Test
        void oneThatCannotReceiveIsAbortedAndLeavesNothingBehind() {
            home = new LoopConnections(loop, allocator, ConnectionLimits.DEFAULT, left -> events.add("left"));
            socket = new FakeSocket(loop);
            socket.failsToReceive = true;
            socket.tell(Connection.open(home, socket, new FourBytes()));
            assertThat(socket.aborted).isTrue();
            socket.isGone();

            assertThat(events).containsExactly("closed ABORTED with 1 opened, 0 closed so", "left");
        }

        @Test
        void whoWaitsForTheConnectionHearsOfItAlsoIfWhatItsHandlerWroteCannotBeSent() {
            home = new LoopConnections(loop, allocator, ConnectionLimits.DEFAULT, left -> events.add("left"));
            socket = new FakeSocket(loop);
            socket.failsToSend = true;
            ConnectionHandler greeting = new FourBytes() {
                @Override
                public void onOpened(Connection opened) {
                    opened.write("hello".getBytes(StandardCharsets.US_ASCII));
                }
            };
            socket.tell(Connection.open(home, socket, greeting, opened -> events.add("told")));
            assertThat(socket.aborted).isTrue();
            socket.isGone();

            assertThat(events).containsExactly("told", "closed ABORTED with 1 opened, 0 closed so", "left");
        }

        @Test
        void oneConnectionThatFailsAtTheEndOfATurnDoesNotKeepTheOthersFromSettling() {
            open(limits -> limits);
            Connection first = connection;
            FakeSocket second = add(new FourBytes());
            // A buffer that was released behind the connection's back stands for every error of its own.
            first.write("lost".getBytes(StandardCharsets.US_ASCII));
            connection.write("kept".getBytes(StandardCharsets.US_ASCII));
            socket.failsToSend = true;
            loop.runAll();
            second.takesAll();

            assertThat(second.taken()).isEqualTo("kept");
            assertThat(socket.aborted).isTrue();
        }
    }
}
