package dev.tandem.endtoend;

import static dev.tandem.endtoend.Framed.TEXT;
import static dev.tandem.endtoend.Framed.bodies;
import static dev.tandem.endtoend.Framed.frames;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.message.AsyncMessageHandler;
import dev.tandem.message.ReplyOrder;
import dev.tandem.message.Session;
import dev.tandem.server.TcpServer;
import dev.tandem.transport.TransportConfig;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Messages answered when a stage completes. */
@OnBothTransportsAndTls
class AsyncMessagesTest extends EndToEnd {

    private static final int IN_FLIGHT_MAX = 8;

    private final Map<String, CompletableFuture<String>> pending = new ConcurrentHashMap<>();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger inFlightMost = new AtomicInteger();

    private CompletionStage<String> ask(String message) {
        inFlightMost.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
        CompletableFuture<String> reply = new CompletableFuture<>();
        pending.put(message, reply);
        return reply;
    }

    private void answer(String message) {
        inFlight.decrementAndGet();
        pending.remove(message).complete("re " + message);
    }

    private static String[] numbered(String name, int count) {
        return IntStream.range(0, count).mapToObj(i -> name + i).toArray(String[]::new);
    }

    @Test
    void repliesKeepTheOrderOfTheRequestsWhateverTheOrderOfCompletion() throws Exception {
        long seed = Long.getLong("tandem.seed", System.nanoTime());
        System.out.println("AsyncMessagesTest: repeat with -Dtandem.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        ScheduledExecutorService timer = Executors.newScheduledThreadPool(4);
        closeAfterwards(timer::shutdownNow);
        TcpServer server = start(builder -> builder.serveAsync(TEXT, IN_FLIGHT_MAX, (session, message) -> {
            CompletionStage<String> reply = ask(message);
            int micros;
            synchronized (random) {
                micros = random.nextInt(500);
            }
            timer.schedule(() -> answer(message), micros, TimeUnit.MICROSECONDS);
            return reply;
        }));
        Peer peer = connect(server);

        peer.send(frames(numbered("", 3_000))).finishSending();

        assertThat(bodies(peer.receiveToEnd())).containsExactly(numbered("re ", 3_000));
        assertThat(inFlightMost).hasValueBetween(2, IN_FLIGHT_MAX);
        awaitClosed(server, CloseReason.PEER_CLOSED, 1);
    }

    @Test
    void repliesGoOutAsTheyAreReadyIfTheProtocolWantsThat() throws Exception {
        TcpServer server = start(
                builder -> builder.serveAsync(TEXT, 10, ReplyOrder.COMPLETION, (session, message) -> ask(message)));
        Peer peer = connect(server);
        peer.send(frames("a", "b", "c"));
        Await.until("all are asked", () -> pending.size() == 3);

        answer("c");
        assertThat(Framed.receive(peer)).isEqualTo("re c");
        answer("a");
        assertThat(Framed.receive(peer)).isEqualTo("re a");
        answer("b");
        assertThat(Framed.receive(peer)).isEqualTo("re b");
    }

    @Test
    void atTheBoundReadingPausesAndThePeerIsStopped() throws Exception {
        // Little at a time, because what an engine had received when reading paused is held too.
        TransportConfig little = new TransportConfig(512, true);
        Set<EventLoop> loops = ConcurrentHashMap.newKeySet();
        TcpServer server =
                start(builder -> builder.transportConfig(little).serveAsync(TEXT, IN_FLIGHT_MAX, (session, message) -> {
                    loops.add(session.connection().loop());
                    return ask(message);
                }));
        Peer peer = connect(server);
        String padding = "x".repeat(10_000);
        Thread sender = new Thread(() -> {
            try {
                for (int i = 0; i < 2_000; i++) {
                    peer.send(frames(i + padding));
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        sender.start();
        Await.until("the bound is reached", () -> pending.size() >= IN_FLIGHT_MAX);
        long received = awaitHalt(loops, "receiving", Duration.ofMillis(200), server::receivedBytes);

        assertThat(pending).hasSize(IN_FLIGHT_MAX);
        assertThat(received).isLessThan(2_000L * padding.length());
        assertThat(server.bufferedBytes()).isLessThan(3 << 16);
        for (int i = 0; i < 2_000; i++) {
            String asked = i + padding;
            Await.until("message " + asked.length() + " is asked", () -> pending.containsKey(asked));
            answer(asked);
            assertThat(Framed.receive(peer)).isEqualTo("re " + asked);
        }
        sender.join();
        assertThat(inFlightMost).hasValue(IN_FLIGHT_MAX);
    }

    @Test
    void drainWaitsForWhatIsInFlight() throws Exception {
        CountDownLatch draining = new CountDownLatch(1);
        TcpServer server = start(builder -> builder.serveAsync(TEXT, 3, new AsyncMessageHandler<String, String>() {
            @Override
            public CompletionStage<String> onMessage(Session<String> session, String message) {
                return ask(message);
            }

            @Override
            public void onDrain(Session<String> session) {
                draining.countDown();
            }
        }));
        Peer peer = connect(server);
        peer.send(frames("a", "b", "c", "too many"));
        Await.until("three are asked", () -> pending.size() == 3);
        Queue<Boolean> clean = new ConcurrentLinkedQueue<>();
        Thread drain =
                new Thread(() -> clean.add(server.drain(Duration.ofSeconds(20)).isClean()));
        drain.start();
        draining.await();
        answer("c");
        answer("b");
        answer("a");

        assertThat(bodies(peer.receiveToEnd())).containsExactly("re a", "re b", "re c");
        peer.close();
        drain.join();
        assertThat(clean).containsExactly(true);
        assertThat(server.closeReasons()).containsOnlyKeys(CloseReason.DRAINED);
    }

    @Test
    void whatIsInFlightAtTheDeadlineIsCutOff() throws Exception {
        TcpServer server = start(builder -> builder.serveAsync(TEXT, 3, (session, message) -> ask(message)));
        Peer peer = connect(server);
        peer.send(frames("a"));
        Await.until("it is asked", () -> pending.size() == 1);

        assertThat(server.drain(Duration.ofMillis(100)).aborted()).isOne();

        assertThat(peer.seesReset()).isTrue();
        // Whoever answers now, answers nobody.
        answer("a");
    }

    @Test
    void aFailedStageClosesItsSessionOnly() throws Exception {
        TcpServer server = start(builder -> builder.serveAsync(TEXT, 10, (session, message) -> ask(message)));
        Peer good = connect(server);
        Peer bad = connect(server);
        bad.send(frames("a", "bad"));
        good.send(frames("b"));
        Await.until("all are asked", () -> pending.size() == 3);

        pending.get("bad").completeExceptionally(new IllegalStateException("on purpose"));
        answer("a");
        assertThat(bodies(bad.receiveToEnd())).containsExactly("re a");
        bad.close();
        awaitClosed(server, CloseReason.HANDLER_FAILED, 1);
        answer("b");

        assertThat(Framed.receive(good)).isEqualTo("re b");
        assertThat(Logs.with("java.lang.IllegalStateException: on purpose")).hasSize(1);
    }

    @Test
    void aPeerThatHasFinishedSendingStillGetsItsReplies() throws Exception {
        TcpServer server = start(builder -> builder.serveAsync(TEXT, 10, (session, message) -> ask(message)));
        Peer peer = connect(server);
        peer.send(frames("a", "b")).finishSending();
        Await.until("both are asked", () -> pending.size() == 2);
        answer("b");
        answer("a");

        assertThat(bodies(peer.receiveToEnd())).containsExactly("re a", "re b");
        awaitClosed(server, CloseReason.PEER_CLOSED, 1);
    }
}
