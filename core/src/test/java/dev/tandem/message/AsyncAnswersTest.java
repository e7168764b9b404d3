package dev.tandem.message;

import static dev.tandem.message.Int32Framing.frames;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.ConnectionLimits;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Messages answered when a stage completes, without a kernel. */
class AsyncAnswersTest {

    private final PretendSocket.Loop loop = new PretendSocket.Loop(ConnectionLimits.DEFAULT);

    /** The replies asked for and not completed, by message. */
    private final Map<String, CompletableFuture<String>> pending = new LinkedHashMap<>();

    private int pendingMost;

    @AfterEach
    void endTheLoop() {
        loop.end();
    }

    private PretendSocket serve(int maxInFlight, ReplyOrder order) {
        return serve(maxInFlight, order, (session, message) -> ask(message));
    }

    private PretendSocket serve(int maxInFlight, ReplyOrder order, AsyncMessageHandler<String, String> handler) {
        return loop.open(MessageService.async(Int32Framing.text(1 << 21), maxInFlight, order, () -> handler)
                .newHandler());
    }

    private CompletableFuture<String> ask(String message) {
        CompletableFuture<String> reply = new CompletableFuture<>();
        pending.put(message, reply);
        pendingMost = Math.max(pendingMost, pending.size());
        return reply;
    }

    private void complete(String... messages) {
        for (String message : messages) {
            pending.remove(message).complete(message);
        }
        loop.turn();
    }

    @Test
    void repliesGoOutInTheOrderOfTheRequests() {
        PretendSocket socket = serve(10, ReplyOrder.REQUEST);
        socket.arrive(frames("a", "b", "c"));

        complete("c", "b");
        assertThat(socket.taken.isReadable()).isFalse();
        complete("a");

        assertThat(socket.taken).isEqualTo(frames("a", "b", "c"));
        assertThat(socket.sends).isOne();
    }

    @Test
    void repliesGoOutAsTheyAreReadyIfTheProtocolWantsThat() {
        PretendSocket socket = serve(10, ReplyOrder.COMPLETION);
        socket.arrive(frames("a", "b", "c"));

        complete("c");
        assertThat(socket.taken).isEqualTo(frames("c"));
        complete("a", "b");

        assertThat(socket.taken).isEqualTo(frames("c", "a", "b"));
    }

    @RepeatedTest(20)
    void orderAndBoundHoldWhateverTheOrderOfCompletion(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        PretendSocket socket = serve(1 + random.nextInt(8), ReplyOrder.REQUEST);
        String[] all =
                IntStream.range(0, 200).mapToObj(number -> "message " + number).toArray(String[]::new);
        socket.arrive(frames(all));
        while (!pending.isEmpty()) {
            List<String> some = new ArrayList<>(pending.keySet());
            Collections.shuffle(some, random);
            complete(some.subList(0, 1 + random.nextInt(some.size())).toArray(String[]::new));
        }

        assertThat(socket.taken).isEqualTo(frames(all));
        assertThat(pendingMost).isLessThanOrEqualTo(8);
    }

    @Test
    void noMoreThanTheBoundAreTakenAndReadingPausesThere() {
        PretendSocket socket = serve(2, ReplyOrder.REQUEST);

        socket.arrive(frames("a", "b", "c", "d"));
        assertThat(pending).containsOnlyKeys("a", "b");
        assertThat(socket.receiving).isFalse();
        complete("a");
        assertThat(pending).containsOnlyKeys("b", "c");
        assertThat(socket.receiving).isFalse();
        complete("b", "c");
        assertThat(pending).containsOnlyKeys("d");

        assertThat(socket.receiving).isTrue();
    }

    @Test
    void aReplyThatIsReadyAtOnceDoesNotPauseReading() {
        PretendSocket socket = serve(1, ReplyOrder.REQUEST, (session, message) -> {
            assertThat(session.connection().isReading()).isTrue();
            return CompletableFuture.completedFuture(message);
        });

        socket.arrive(frames("a", "b", "c"));

        assertThat(socket.taken).isEqualTo(frames("a", "b", "c"));
        assertThat(socket.sends).isOne();
    }

    @Test
    void noReplyIsAReplyToo() {
        PretendSocket socket = serve(
                1,
                ReplyOrder.REQUEST,
                (session, message) -> message.equals("no stage") ? null : CompletableFuture.completedFuture(null));

        socket.arrive(frames("no stage", "nothing in it", "no stage"));
        socket.arriveEnd();

        assertThat(socket.taken.isReadable()).isFalse();
        assertThat(loop.closed).containsExactly(CloseReason.PEER_CLOSED);
    }

    @Test
    void readyRepliesWaitAsObjectsWhileThePeerDoesNotRead() {
        String large = "x".repeat(1 << 20);
        PretendSocket socket =
                serve(16, ReplyOrder.REQUEST, (session, message) -> ask(message).thenApply(reply -> large));
        socket.peerReads = false;
        socket.arrive(frames("0", "1", "2", "3", "4"));

        complete("0", "1", "2", "3", "4");
        // One of them, in a buffer that has doubled until it fitted.
        assertThat(loop.connections.bufferedBytes()).isBetween(1L << 20, 2L << 20);
        socket.peerReads();

        assertThat(socket.taken).isEqualTo(frames(large, large, large, large, large));
        assertThat(socket.receiving).isTrue();
    }

    @Test
    void aFailedStageClosesAfterTheRepliesBeforeItAndNoneAfterIt() {
        PretendSocket socket = serve(10, ReplyOrder.REQUEST);
        socket.arrive(frames("a", "bad", "c"));

        pending.get("bad").completeExceptionally(new IllegalStateException("on purpose"));
        complete("c", "a");
        socket.arriveEnd();

        assertThat(socket.taken).isEqualTo(frames("a"));
        assertThat(loop.closed).containsExactly(CloseReason.HANDLER_FAILED);
    }

    @Test
    void aHandlerThatThrowsIsAFailedStage() {
        PretendSocket socket = serve(10, ReplyOrder.REQUEST, (session, message) -> {
            if (message.equals("bad")) {
                throw new IllegalStateException("on purpose");
            }
            return ask(message);
        });
        socket.arrive(frames("a", "bad"));

        complete("a");
        socket.arriveEnd();

        assertThat(socket.taken).isEqualTo(frames("a"));
        assertThat(loop.closed).containsExactly(CloseReason.HANDLER_FAILED);
    }

    @Test
    void aPeerThatFinishesGetsTheRepliesItIsOwed() {
        PretendSocket socket = serve(10, ReplyOrder.REQUEST);
        socket.arrive(frames("a", "b"));

        socket.arriveEnd();
        assertThat(socket.closed).isFalse();
        complete("b", "a");

        assertThat(socket.taken).isEqualTo(frames("a", "b"));
        assertThat(loop.closed).containsExactly(CloseReason.PEER_CLOSED);
    }

    @Test
    void drainAnswersWhatWasTakenAndTakesNothingMore() {
        PretendSocket socket = serve(2, ReplyOrder.REQUEST);
        socket.arrive(frames("a", "b", "untaken"));

        loop.connections.drainAll();
        complete("a", "b");

        assertThat(pending).isEmpty();
        assertThat(socket.taken).isEqualTo(frames("a", "b"));
        assertThat(socket.outputShutDown).isTrue();
        socket.arriveEnd();
        assertThat(loop.closed).containsExactly(CloseReason.DRAINED);
    }

    @Test
    void theFrameAfterABadOneIsNotTakenAndThoseBeforeAreAnswered() {
        PretendSocket socket = serve(10, ReplyOrder.REQUEST);
        socket.arrive(Unpooled.wrappedBuffer(frames("a"), Unpooled.buffer().writeInt(-1), frames("unseen")));

        assertThat(pending).containsOnlyKeys("a");
        complete("a");
        socket.arriveEnd();

        assertThat(socket.taken).isEqualTo(frames("a"));
        assertThat(loop.closed).containsExactly(CloseReason.BAD_FRAME);
    }

    @Test
    void aRepliyAfterTheEndIsDropped() {
        PretendSocket socket = serve(10, ReplyOrder.REQUEST);
        socket.arrive(frames("a"));
        loop.connections.forEach(connection -> connection.abort());
        loop.turn();

        complete("a");

        assertThat(socket.taken.isReadable()).isFalse();
        assertThat(loop.closed).containsExactly(CloseReason.ABORTED);
    }

    @Test
    void whatAThreadSendsBeforeItCompletesAReplyGoesOutBefore() throws InterruptedException {
        List<Session<String>> sessions = new ArrayList<>();
        PretendSocket socket = serve(10, ReplyOrder.REQUEST, (session, message) -> {
            sessions.add(session);
            return ask(message);
        });
        socket.arrive(frames("a", "b"));

        Thread thread = new Thread(() -> {
            pending.get("a").complete("a");
            sessions.get(0).send("between");
            pending.get("b").complete("b");
        });
        thread.start();
        thread.join();
        loop.turn();

        assertThat(socket.taken).isEqualTo(frames("a", "between", "b"));
    }

    @Test
    void whatAThreadSendsGoesOutBeforeAReplyThatIsReadyWhenTheLoopComesToWaitForIt() {
        PretendSocket socket = serve(
                10,
                ReplyOrder.REQUEST,
                (session, message) -> CompletableFuture.completedFuture(CompletableFuture.supplyAsync(() -> {
                            session.send("before " + message);
                            return message;
                        })
                        .join()));

        socket.arrive(frames("a"));
        loop.turn();

        assertThat(socket.taken).isEqualTo(frames("before a", "a"));
    }
}
