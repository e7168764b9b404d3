package dev.tandem.message;

import static dev.tandem.message.Int32Framing.frames;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.codec.Codec;
import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.connection.ConnectionLimits;
import dev.tandem.connection.LoopConnections;
import dev.tandem.transport.NoKernel;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One message for many sessions, without a kernel. */
class GroupTest {

    private static final int MEMBERS = 10_000;

    private final PretendSocket.Loop loop =
            new PretendSocket.Loop(ConnectionLimits.DEFAULT.withOutbound(1_000, 10_000));
    private final AtomicInteger encoded = new AtomicInteger();
    private final Codec<String, String> codec =
            Codec.of(new Int32Framing(1 << 20), body -> body.toString(StandardCharsets.US_ASCII), this::encode);
    private final Group<String> group = new Group<>(codec);
    private final List<Session<String>> sessions = new ArrayList<>();

    private void encode(String text, ByteBuf out) {
        encoded.incrementAndGet();
        out.writeCharSequence(text, StandardCharsets.US_ASCII);
    }

    @AfterEach
    void endTheLoop() {
        loop.end();
        assertThat(group.size()).isZero();
    }

    private PretendSocket openMember() {
        return loop.open(newMember());
    }

    private ConnectionHandler newMember() {
        return MessageService.onLoop(codec, () -> new MessageHandler<String, String>() {
                    @Override
                    public void onOpened(Session<String> session) {
                        sessions.add(session);
                        group.join(session);
                    }

                    @Override
                    public String onMessage(Session<String> session, String message) {
                        group.send(message, session);
                        return null;
                    }
                })
                .newHandler();
    }

    private static void onAnotherThread(Runnable action) {
        Thread thread = new Thread(action);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aMessageToTenThousandIsEncodedOnceAndCostsOneWakeupAndOneSendEach() {
        List<PretendSocket> sockets =
                IntStream.range(0, MEMBERS).mapToObj(i -> openMember()).toList();
        loop.turn();

        onAnotherThread(() -> group.send("news"));
        loop.turn();

        assertThat(loop.wakeups).hasValue(1);
        assertThat(encoded).hasValue(1);
        assertThat(sockets)
                .allMatch(socket -> socket.sends == 1)
                .allMatch(socket -> socket.taken.equals(frames("news")));
    }

    @Test
    void severalMessagesInOneTurnAreOneSend() {
        List<PretendSocket> sockets =
                IntStream.range(0, 100).mapToObj(i -> openMember()).toList();

        onAnotherThread(() -> List.of("a", "b", "c").forEach(group::send));
        loop.turn();

        assertThat(sockets)
                .allMatch(socket -> socket.sends == 1)
                .allMatch(socket -> socket.taken.equals(frames("a", "b", "c")));
    }

    @Test
    void aMessageOfAMemberReachesTheOthers() {
        PretendSocket speaker = openMember();
        PretendSocket listener = openMember();

        speaker.arrive(frames("hello"));

        assertThat(listener.taken).isEqualTo(frames("hello"));
        assertThat(speaker.taken.isReadable()).isFalse();
    }

    @Test
    void whoLeavesOrEndsGetsNothingMore() {
        PretendSocket stays = openMember();
        PretendSocket leaves = openMember();
        PretendSocket ends = openMember();
        assertThat(group.size()).isEqualTo(3);

        group.leave(sessions.get(1));
        ends.arriveEnd();
        assertThat(group.size()).isOne();
        group.send("news");
        loop.turn();

        assertThat(stays.taken).isEqualTo(frames("news"));
        assertThat(leaves.taken.isReadable()).isFalse();
        assertThat(ends.taken.isReadable()).isFalse();
    }

    @Test
    void whoHasEndedCannotJoinAndWhoIsInIsInOnce() {
        PretendSocket member = openMember();
        group.join(sessions.get(0));
        assertThat(group.size()).isOne();
        member.arriveEnd();

        group.join(sessions.get(0));

        assertThat(group.size()).isZero();
    }

    @Test
    void anotherThreadsJoinSendAndLeaveHappenInThisOrder() {
        PretendSocket member = openMember();
        group.leave(sessions.get(0));

        onAnotherThread(() -> {
            group.send("before");
            group.join(sessions.get(0));
            group.send("during");
            group.leave(sessions.get(0));
            group.send("after");
        });
        loop.turn();

        assertThat(member.taken).isEqualTo(frames("during"));
    }

    @Test
    void whoDoesNotReadIsClosedAndHoldsUpNobody() {
        PretendSocket reads = openMember();
        PretendSocket sleeps = openMember();
        sleeps.peerReads = false;

        for (int i = 0; i < 11; i++) {
            group.send("x".repeat(1_000));
            loop.turn();
        }

        assertThat(loop.closed).containsExactly(CloseReason.OUTBOUND_OVERFLOW);
        assertThat(reads.taken.readableBytes()).isEqualTo(11 * 1_004);
        assertThat(group.size()).isOne();
    }

    @Test
    void aMemberWhoseOutputWasShutDownHoldsUpNobody() {
        openMember();
        PretendSocket other = openMember();
        List<Connection> all = new ArrayList<>();
        loop.connections.forEach(all::add);
        all.get(0).shutdownOutput();

        group.send("news");
        loop.turn();

        assertThat(other.taken).isEqualTo(frames("news"));
    }

    @Test
    void aMessageThatCannotBeEncodedReachesNobody() {
        PretendSocket member = openMember();

        assertThatThrownBy(() -> group.send("x".repeat(1 << 20) + 1)).hasMessageContaining("at most");
        loop.turn();

        assertThat(member.taken.isReadable()).isFalse();
    }

    @Test
    void aSessionWithAnotherCodecIsRefused() {
        openMember();
        Group<String> other = new Group<>(Int32Framing.text(10));

        assertThatThrownBy(() -> other.join(sessions.get(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("codec");
    }

    @Test
    void whoEndsAfterTheGroupHasForgottenItsLoopLeavesToo() throws Exception {
        AtomicReference<SocketEvents> socket = new AtomicReference<>();
        // A transport may tell of the end of its sockets when the loop takes no tasks any more.
        IoHandlerFactory endsLate = executor -> new NoKernel() {
            @Override
            public void destroy() {
                onAnotherThread(() -> group.send("news"));
                socket.get().onClosed();
            }
        };
        EventLoopGroup ending = new MultiThreadIoEventLoopGroup(1, endsLate);
        EventLoop only = ending.next();
        LoopConnections home =
                new LoopConnections(only, UnpooledByteBufAllocator.DEFAULT, ConnectionLimits.DEFAULT, closed -> {});
        only.submit(() -> socket.set(Connection.open(home, silentSocket(), newMember())))
                .sync();
        assertThat(group.size()).isOne();

        ending.shutdownGracefully(0, 0, TimeUnit.SECONDS);

        assertThat(ending.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(group.size()).isZero();
    }

    private static StreamSocket silentSocket() {
        return (StreamSocket) Proxy.newProxyInstance(
                GroupTest.class.getClassLoader(),
                new Class<?>[] {StreamSocket.class},
                (proxy, method, arguments) -> method.getReturnType() == int.class ? 0 : null);
    }

    @Test
    void whatAThreadSendsToTheGroupGoesOutBeforeAReplyThatIsReadyWhenTheLoopComesToWaitForIt() {
        PretendSocket socket = openAsking(session -> group.send("before"));
        group.join(sessions.get(0));

        socket.arrive(frames("reply"));

        assertThat(socket.taken).isEqualTo(frames("before", "reply"));
    }

    @Test
    void whoIsJoinedByAnotherThreadGetsWhatThatSentBeforeItsReply() {
        PretendSocket socket = openAsking(session -> {
            group.join(session);
            group.send("before");
        });

        socket.arrive(frames("reply"));

        assertThat(socket.taken).isEqualTo(frames("before", "reply"));
    }

    /** Answers with the message, on another thread that does this first and is ready when the loop comes to ask. */
    private PretendSocket openAsking(Consumer<Session<String>> first) {
        return loop.open(MessageService.async(
                        codec, 10, ReplyOrder.REQUEST, () -> new AsyncMessageHandler<String, String>() {
                            @Override
                            public void onOpened(Session<String> session) {
                                sessions.add(session);
                            }

                            @Override
                            public CompletionStage<String> onMessage(Session<String> session, String message) {
                                onAnotherThread(() -> first.accept(session));
                                return CompletableFuture.completedFuture(message);
                            }
                        })
                .newHandler());
    }
}
