package dev.tandem.message;

import static dev.tandem.message.Int32Framing.frames;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionLimits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Messages answered by worker threads; the loop turns when the test says so. */
@Timeout(30)
class WorkerAnswersTest {

    private final PretendSocket.Loop loop = new PretendSocket.Loop(ConnectionLimits.DEFAULT);
    private final List<String> begun = Collections.synchronizedList(new ArrayList<>());

    /** Each permit lets a worker finish one message. */
    private final Semaphore finish = new Semaphore(0);

    @AfterEach
    void endTheLoop() {
        finish.release(1_000_000);
        loop.end();
    }

    private PretendSocket serve(Workers workers) {
        return loop.open(MessageService.blocking(Int32Framing.text(1 << 21), workers, () -> this::work)
                .newHandler());
    }

    private String work(Session<String> session, String message) throws InterruptedException {
        begun.add(message);
        finish.acquire();
        if (message.startsWith("bad")) {
            throw new IllegalStateException("on purpose");
        }
        return message;
    }

    private void turnUntil(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            assertThat(Thread.interrupted()).as("the test took too long").isFalse();
            loop.turn();
            Thread.onSpinWait();
        }
    }

    private static String[] numbered(String name, int count) {
        return IntStream.range(0, count).mapToObj(number -> name + number).toArray(String[]::new);
    }

    @Test
    void oneSessionsMessagesAreHandledOneAfterTheOtherAndAnsweredInOrder() {
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        MessageHandler<String, String> handler = (session, message) -> {
            most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            Thread.yield();
            atOnce.decrementAndGet();
            return message;
        };
        PretendSocket socket =
                loop.open(MessageService.blocking(Int32Framing.text(100), Workers.threads(4), () -> handler)
                        .newHandler());
        String[] all = numbered("message ", 500);

        socket.arrive(frames(all));
        turnUntil(() -> socket.taken.readableBytes() == frames(all).readableBytes());

        assertThat(socket.taken).isEqualTo(frames(all));
        assertThat(most).hasValue(1);
    }

    @Test
    void differentSessionsAreHandledAtOnce() {
        Workers workers = Workers.threads(2);
        PretendSocket one = serve(workers);
        PretendSocket other = serve(workers);

        one.arrive(frames("a"));
        other.arrive(frames("b"));
        turnUntil(() -> begun.size() == 2);

        assertThat(begun).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void aSessionTakesNoMoreThanItsShare() {
        Workers many = Workers.threads(1, 1_000);
        Workers few = Workers.threads(4, 10);
        PretendSocket socket = serve(many);

        socket.arrive(frames(numbered("m", 100)));
        serve(few).arrive(frames(numbered("m", 100)));

        assertThat(many.messages()).isEqualTo(16);
        assertThat(few.messages()).isEqualTo(10 / 4);
        assertThat(socket.receiving).isFalse();
    }

    @Test
    void whenTheWorkersHaveEnoughToDoConnectionsAreNotReadAndGoOnInTheOrderInWhichTheyCame() {
        Workers workers = Workers.threads(1, 2);
        List<PretendSocket> sockets =
                IntStream.range(0, 5).mapToObj(number -> serve(workers)).toList();
        for (int i = 0; i < sockets.size(); i++) {
            sockets.get(i).arrive(frames("from " + i));
        }
        assertThat(workers.messages()).isEqualTo(2);
        assertThat(sockets).extracting(socket -> socket.receiving).containsExactly(true, true, false, false, false);

        finish.release(5);
        turnUntil(() -> sockets.stream().allMatch(socket -> socket.taken.isReadable()));

        assertThat(begun).containsExactly(numbered("from ", 5));
        assertThat(sockets).allMatch(socket -> socket.receiving);
        assertThat(workers.messages()).isZero();
    }

    @Test
    void aWaitingSessionThatEndsLeavesItsPlaceToTheNext() {
        Workers workers = Workers.threads(1, 1);
        PretendSocket first = serve(workers);
        PretendSocket second = serve(workers);
        first.arrive(frames("first"));
        second.arrive(frames("second"));
        List<Connection> all = new ArrayList<>();
        loop.connections.forEach(all::add);
        all.get(1).abort();
        loop.turn();
        PretendSocket third = serve(workers);
        third.arrive(frames("third"));

        finish.release(2);
        turnUntil(() -> third.taken.isReadable());

        assertThat(begun).containsExactly("first", "third");
        assertThat(workers.messages()).isZero();
    }

    @Test
    void whatNoWorkerHadBegunWhenItsSessionEndedIsDropped() {
        Workers workers = Workers.threads(1, 16);
        PretendSocket socket = serve(workers);
        socket.arrive(frames("a", "b", "c"));
        turnUntil(() -> begun.size() == 1);

        loop.connections.forEach(Connection::abort);
        loop.turn();
        finish.release(3);
        turnUntil(() -> workers.messages() == 0);

        assertThat(begun).containsExactly("a");
    }

    @Test
    void aHandlerThatThrowsClosesAfterTheRepliesBefore() {
        PretendSocket socket = serve(Workers.threads(1));
        finish.release(3);

        socket.arrive(frames("a", "bad", "c"));
        turnUntil(() -> socket.outputShutDown);
        socket.arriveEnd();

        assertThat(socket.taken).isEqualTo(frames("a"));
        assertThat(loop.closed).containsExactly(CloseReason.HANDLER_FAILED);
    }

    @Test
    void drainWaitsForWhatWasTaken() {
        PretendSocket socket = serve(Workers.threads(1));
        socket.arrive(frames("a", "b"));

        loop.connections.drainAll();
        loop.turn();
        assertThat(socket.outputShutDown).isFalse();
        finish.release(2);
        turnUntil(() -> socket.outputShutDown);

        assertThat(socket.taken).isEqualTo(frames("a", "b"));
    }

    @Test
    void whatAHandlerSendsGoesOutBeforeItsReply() {
        MessageHandler<String, String> handler = (session, message) -> {
            session.send("before " + message);
            return message;
        };
        PretendSocket socket =
                loop.open(MessageService.blocking(Int32Framing.text(100), Workers.threads(2), () -> handler)
                        .newHandler());

        socket.arrive(frames("a", "b"));
        turnUntil(() -> socket.taken.readableBytes()
                == frames("before a", "a", "before b", "b").readableBytes());

        assertThat(socket.taken).isEqualTo(frames("before a", "a", "before b", "b"));
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreadsWork() {
        PretendSocket socket = serve(Workers.virtualThreads(10, 100));
        finish.release(2);

        socket.arrive(frames("a", "b"));
        turnUntil(() -> socket.taken.readableBytes() == frames("a", "b").readableBytes());

        assertThat(socket.taken).isEqualTo(frames("a", "b"));
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_20)
    void virtualThreadsAreRefusedWhereThereAreNone() {
        assertThatThrownBy(() -> Workers.virtualThreads(10, 100))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("need Java 21");
    }

    @Test
    void threadsEndWhenThereIsNothingToDo() throws InterruptedException {
        PretendSocket socket = serve(Workers.threads(1));
        finish.release();
        socket.arrive(frames("a"));
        turnUntil(() -> socket.taken.isReadable());

        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("tandem-worker-")) {
                thread.join(TimeUnit.SECONDS.toMillis(20));
                assertThat(thread.isAlive()).isFalse();
            }
        }
    }

    @Test
    void aMessageForWhichThereIsNoThreadTakesNoPlaceOfOthers() {
        Workers workers = Workers.threads(1, 2);
        ThreadPoolExecutor executor = (ThreadPoolExecutor) workers.executor();
        ThreadFactory works = executor.getThreadFactory();
        executor.setThreadFactory(task -> {
            throw new OutOfMemoryError("no thread, on purpose");
        });
        for (int i = 0; i < 2; i++) {
            serve(workers).arrive(frames("lost"));
        }
        assertThat(workers.messages()).isZero();

        executor.setThreadFactory(works);
        PretendSocket socket = serve(workers);
        finish.release();
        socket.arrive(frames("a"));
        turnUntil(() -> socket.taken.isReadable());
    }

    @Test
    void aSessionGoesOnWhenThereIsNoOtherThreadForItsTurn() {
        Workers workers = Workers.threads(2, 40);
        ThreadPoolExecutor executor = (ThreadPoolExecutor) workers.executor();
        PretendSocket socket = serve(workers);
        socket.arrive(frames(numbered("m", 16)));
        turnUntil(() -> begun.size() == 1);
        executor.setThreadFactory(task -> {
            throw new OutOfMemoryError("no thread, on purpose");
        });
        finish.release(15);
        turnUntil(() -> begun.size() == 16 && socket.receiving);
        socket.arrive(frames("last"));
        finish.release(2);
        turnUntil(() -> begun.size() == 17);
        turnUntil(() -> workers.messages() == 0);
    }

    @Test
    void aSessionThatHasMuchToSendWhenItsTurnComesLeavesItsPlaceToOthers() throws InterruptedException {
        Workers workers = Workers.threads(1, 1);
        List<Session<String>> sessions = new ArrayList<>();
        serve(workers).arrive(frames("first"));
        PretendSocket slow = loop.open(MessageService.blocking(
                        Int32Framing.text(1 << 21), workers, () -> new MessageHandler<String, String>() {
                            @Override
                            public void onOpened(Session<String> session) {
                                sessions.add(session);
                            }

                            @Override
                            public String onMessage(Session<String> session, String message)
                                    throws InterruptedException {
                                return work(session, message);
                            }
                        })
                .newHandler());
        slow.peerReads = false;
        slow.arrive(frames("second"));
        int before = loop.wakeups.get();
        finish.release(1_000);
        while (loop.wakeups.get() == before) {
            assertThat(Thread.interrupted()).as("the test took too long").isFalse();
            Thread.onSpinWait();
        }
        // The turn in which the session would take its message also writes more than its peer reads.
        Thread other = new Thread(() -> sessions.get(0).send("x".repeat(1 << 20)));
        other.start();
        other.join();
        PretendSocket third = serve(workers);
        loop.turn();

        third.arrive(frames("third"));
        turnUntil(() -> third.taken.isReadable());

        assertThat(begun).containsExactly("first", "third");
        slow.peerReads();
        turnUntil(() -> begun.contains("second"));
        turnUntil(() -> workers.messages() == 0);
    }

    @Test
    void sessionsThatWaitedAndEndedAreForgotten() {
        Workers workers = Workers.threads(1, 1);
        serve(workers).arrive(frames("first"));
        for (int i = 0; i < 100; i++) {
            List<Connection> before = new ArrayList<>();
            loop.connections.forEach(before::add);
            serve(workers).arrive(frames("gone"));
            loop.connections.forEach(connection -> {
                if (!before.contains(connection)) {
                    connection.abort();
                }
            });
            loop.turn();
        }

        assertThat(workers.waiting()).isZero();
    }
}
