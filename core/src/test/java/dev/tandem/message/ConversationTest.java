package dev.tandem.message;

import static dev.tandem.message.Int32Framing.frames;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.codec.Codec;
import dev.tandem.connection.CloseReason;
import dev.tandem.connection.ConnectionLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Messages answered on the loop, without a kernel. */
class ConversationTest {

    private static final Codec<String, String> TEXT = Int32Framing.text(2 << 20);

    private final PretendSocket.Loop loop = new PretendSocket.Loop(ConnectionLimits.DEFAULT);
    private final List<String> handled = new ArrayList<>();

    @AfterEach
    void endTheLoop() {
        loop.end();
    }

    private PretendSocket serve(Codec<String, String> codec, MessageHandler<String, String> handler) {
        return loop.open(MessageService.onLoop(codec, () -> handler).newHandler());
    }

    private PretendSocket serve(MessageHandler<String, String> handler) {
        return serve(TEXT, handler);
    }

    private String echo(Session<String> session, String message) {
        handled.add(message);
        return message;
    }

    @Nested
    class Frames {

        @Test
        void allFramesOfAChunkAreAnsweredWithOneSend() {
            PretendSocket socket = serve(ConversationTest.this::echo);

            socket.arrive(frames("a", "", "ccc"));

            assertThat(handled).containsExactly("a", "", "ccc");
            assertThat(socket.taken).isEqualTo(frames("a", "", "ccc"));
            assertThat(socket.sends).isOne();
        }

        @Test
        void aFrameMayArriveInAnyPieces() {
            ByteBuf all = frames("first", "", "second");
            for (int cut = 0; cut <= all.readableBytes(); cut++) {
                handled.clear();
                PretendSocket socket = serve(ConversationTest.this::echo);

                socket.arrive(all.copy(0, cut));
                socket.arrive(all.copy(cut, all.readableBytes() - cut));

                assertThat(handled).as("cut at %s", cut).containsExactly("first", "", "second");
                assertThat(socket.taken).isEqualTo(all);
            }
        }

        @Test
        void aDecoderSeesTheEndOfTheBodyAsTheEndOfTheBuffer() {
            List<Integer> sizes = new ArrayList<>();
            Codec<Integer, String> sizeOnly =
                    Codec.of(new Int32Framing(100), ByteBuf::readableBytes, (text, out) -> out.writeByte(1));
            PretendSocket socket = loop.open(MessageService.<Integer, String>onLoop(sizeOnly, () -> (session, size) -> {
                        sizes.add(size);
                        return null;
                    })
                    .newHandler());

            socket.arrive(frames("12345", "1", "123"));

            assertThat(sizes).containsExactly(5, 1, 3);
        }

        @Test
        void aDecoderCannotReadIntoTheNextFrame() {
            Codec<Long, String> eightBytes =
                    Codec.of(new Int32Framing(100), ByteBuf::readLong, (text, out) -> out.writeByte(1));
            PretendSocket socket =
                    loop.open(MessageService.<Long, String>onLoop(eightBytes, () -> (session, number) -> {
                                handled.add(number.toString());
                                return null;
                            })
                            .newHandler());

            socket.arrive(frames("1234", "5678"));
            socket.arriveEnd();

            assertThat(handled).isEmpty();
            assertThat(loop.closed).containsExactly(CloseReason.BAD_FRAME);
        }

        @Test
        void theBytesOfABodyCanBeTheMessageItself() {
            Codec<ByteBuf, ByteBuf> bytes =
                    Codec.of(new Int32Framing(100), body -> body, (body, out) -> out.writeBytes(body));
            PretendSocket socket = loop.open(
                    MessageService.onLoop(bytes, () -> (session, body) -> body).newHandler());

            socket.arrive(frames("a", "bb", "ccc"));

            assertThat(socket.taken).isEqualTo(frames("a", "bb", "ccc"));
        }

        @Test
        void aReplyOfNullIsNone() {
            PretendSocket socket = serve((session, message) -> message.equals("quiet") ? null : message);

            socket.arrive(frames("a", "quiet", "b"));

            assertThat(socket.taken).isEqualTo(frames("a", "b"));
        }
    }

    @Nested
    class Backpressure {

        private final String large = "x".repeat(1 << 20);

        @Test
        void aSlowReaderGetsEveryReplyAndOnlyOneOfThemIsHeldAtATime() {
            PretendSocket socket = serve((session, message) -> {
                handled.add(message);
                return large;
            });
            socket.peerReads = false;

            socket.arrive(frames("0", "1", "2", "3", "4"));
            int round = 1;
            while (handled.size() < 5) {
                assertThat(handled).hasSize(round++);
                // The reply in a buffer that has doubled until it fitted, and the requests.
                assertThat(loop.connections.bufferedBytes()).isLessThan(2 * large.length() + 100);
                assertThat(socket.receiving).isFalse();
                socket.peerReads();
                socket.peerReads = false;
            }
            socket.peerReads();

            assertThat(handled).containsExactly("0", "1", "2", "3", "4");
            assertThat(socket.taken).isEqualTo(frames(large, large, large, large, large));
            assertThat(socket.receiving).isTrue();
        }

        @Test
        void whatIsUnreadBecauseThePeerDoesNotReadIsNotTooMuch() {
            PretendSocket.Loop strict = new PretendSocket.Loop(ConnectionLimits.DEFAULT.withInboundMax(16));
            PretendSocket socket =
                    strict.open(MessageService.<String, String>onLoop(TEXT, () -> (session, message) -> large)
                            .newHandler());
            socket.peerReads = false;

            socket.arrive(frames("0123456789", "0123456789", "0123456789"));
            socket.peerReads();

            assertThat(strict.closed).isEmpty();
            assertThat(socket.taken).isEqualTo(frames(large, large, large));
            strict.end();
        }

        @Test
        void aHandlerThatPausesGetsNoMoreMessagesUntilItResumes() {
            PretendSocket socket = serve((session, message) -> {
                if (message.equals("pause")) {
                    session.connection().pauseReading();
                }
                return echo(session, message);
            });
            socket.arrive(frames("a", "pause", "b"));
            assertThat(handled).containsExactly("a", "pause");

            // The only session here, so its connection is the one that is resumed.
            loop.connections.forEach(connection -> connection.resumeReading());
            loop.turn();

            assertThat(handled).containsExactly("a", "pause", "b");
        }
    }

    @Nested
    class Ends {

        @Test
        void aFrameThatIsTooLargeClosesAfterTheRepliesBefore() {
            PretendSocket socket = serve(ConversationTest.this::echo);

            socket.arrive(Unpooled.wrappedBuffer(
                    frames("good"), Unpooled.buffer().writeInt((2 << 20) + 1), frames("unseen")));
            socket.arriveEnd();

            assertThat(handled).containsExactly("good");
            assertThat(socket.taken).isEqualTo(frames("good"));
            assertThat(loop.closed).containsExactly(CloseReason.FRAME_TOO_LARGE);
        }

        @Test
        void aMalformedFrameClosesWithBadFrame() {
            PretendSocket socket = serve(ConversationTest.this::echo);

            socket.arrive(Unpooled.buffer().writeInt(-1));
            socket.arriveEnd();

            assertThat(loop.closed).containsExactly(CloseReason.BAD_FRAME);
        }

        @Test
        void aProtocolCanTellItsPeerWhatWasWrongWithAFrame() {
            PretendSocket socket = serve(new MessageHandler<>() {
                @Override
                public String onMessage(Session<String> session, String message) {
                    return message;
                }

                @Override
                public void onBadFrame(Session<String> session, Throwable why) {
                    session.send("ERR " + why.getMessage());
                }
            });

            socket.arrive(
                    Unpooled.wrappedBuffer(frames("good"), Unpooled.buffer().writeInt(-7)));
            socket.arriveEnd();

            assertThat(socket.taken).isEqualTo(frames("good", "ERR A length must not be negative, but was -7."));
            assertThat(loop.closed).containsExactly(CloseReason.BAD_FRAME);
        }

        @Test
        void aHandlerThatThrowsClosesAfterTheRepliesBefore() {
            PretendSocket socket = serve((session, message) -> {
                if (message.equals("bad")) {
                    throw new IllegalStateException("on purpose");
                }
                return echo(session, message);
            });

            socket.arrive(frames("good", "bad", "unseen"));
            socket.arriveEnd();

            assertThat(handled).containsExactly("good");
            assertThat(socket.taken).isEqualTo(frames("good"));
            assertThat(loop.closed).containsExactly(CloseReason.HANDLER_FAILED);
        }

        @Test
        void aReplyThatCannotBeEncodedIsTheHandlersFailureAndLeavesNoBytes() {
            Codec<String, String> small = Int32Framing.text(10);
            PretendSocket socket = serve(small, (session, message) -> message.repeat(3));

            socket.arrive(frames("abc", "abcd"));
            socket.arriveEnd();

            assertThat(socket.taken).isEqualTo(frames("abcabcabc"));
            assertThat(loop.closed).containsExactly(CloseReason.HANDLER_FAILED);
        }

        @Test
        void theReplyToTheMessageThatClosesIsDelivered() {
            PretendSocket socket = serve((session, message) -> {
                if (message.equals("quit")) {
                    session.close();
                    return "bye";
                }
                return echo(session, message);
            });

            socket.arrive(frames("a", "quit", "unseen"));

            assertThat(handled).containsExactly("a");
            assertThat(socket.taken).isEqualTo(frames("a", "bye"));
            assertThat(socket.outputShutDown).isTrue();
            socket.arriveEnd();
            assertThat(loop.closed).containsExactly(CloseReason.CLOSED);
        }

        @Test
        void aPeerThatFinishesIsAnsweredAndClosed() {
            PretendSocket socket = serve(ConversationTest.this::echo);

            socket.arrive(frames("a"));
            socket.arriveEnd();

            assertThat(socket.taken).isEqualTo(frames("a"));
            assertThat(loop.closed).containsExactly(CloseReason.PEER_CLOSED);
        }

        @Test
        void drainSaysGoodbyeAndTakesNothingMore() {
            PretendSocket socket = serve(new MessageHandler<>() {
                @Override
                public String onMessage(Session<String> session, String message) {
                    return echo(session, message);
                }

                @Override
                public void onDrain(Session<String> session) {
                    session.send("bye");
                }
            });
            socket.arrive(frames("a"));

            loop.connections.drainAll();
            socket.arrive(frames("unseen"));
            socket.arriveEnd();

            assertThat(handled).containsExactly("a");
            assertThat(socket.taken).isEqualTo(frames("a", "bye"));
            assertThat(loop.closed).containsExactly(CloseReason.DRAINED);
        }

        @Test
        void eventsComeInOrderAndTheLastOneSaysWhy() {
            List<String> events = new ArrayList<>();
            PretendSocket socket = serve(new MessageHandler<>() {
                @Override
                public void onOpened(Session<String> session) {
                    events.add("opened");
                    session.send("hello");
                }

                @Override
                public String onMessage(Session<String> session, String message) {
                    events.add(message);
                    return null;
                }

                @Override
                public void onClosed(Session<String> session, CloseReason why) {
                    events.add(why.toString());
                }
            });

            socket.arrive(frames("message"));
            socket.arriveEnd();

            assertThat(events).containsExactly("opened", "message", "PEER_CLOSED");
            assertThat(socket.taken).isEqualTo(frames("hello"));
        }
    }
}
