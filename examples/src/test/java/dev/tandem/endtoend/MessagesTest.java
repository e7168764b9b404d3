package dev.tandem.endtoend;

import static dev.tandem.endtoend.Framed.TEXT;
import static dev.tandem.endtoend.Framed.bodies;
import static dev.tandem.endtoend.Framed.frames;
import static dev.tandem.endtoend.Framed.length;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.codec.Codec;
import dev.tandem.codec.LengthPrefixed;
import dev.tandem.connection.CloseReason;
import dev.tandem.message.MessageHandler;
import dev.tandem.message.Session;
import dev.tandem.server.TcpServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Typed messages answered on the loop. */
@OnBothTransportsAndTls
class MessagesTest extends EndToEnd {

    private static final String LARGE = "x".repeat(1 << 20);

    @Test
    void pipelinedMessagesAreAnsweredInOrder() throws Exception {
        TcpServer server = start(builder -> builder.serve(TEXT, (session, message) -> "re " + message));
        Peer peer = connect(server);
        String[] asked = IntStream.range(0, 2_000).mapToObj(i -> "message " + i).toArray(String[]::new);

        peer.send(frames(asked)).finishSending();

        assertThat(bodies(peer.receiveToEnd()))
                .containsExactly(IntStream.range(0, 2_000)
                        .mapToObj(i -> "re message " + i)
                        .toArray(String[]::new));
        awaitClosed(server, CloseReason.PEER_CLOSED, 1);
    }

    @Test
    void theLargestFrameArrivesWhateverTheBoundOnUnreadBytes() throws Exception {
        TcpServer server = start(builder -> builder.connectionLimits(limits -> limits.withInboundMax(10))
                .serve(TEXT, (session, message) -> Integer.toString(message.length())));
        Peer peer = connect(server);

        peer.send(frames("x".repeat(Framed.MAX), "y".repeat(Framed.MAX)));

        assertThat(Framed.receive(peer)).isEqualTo(Integer.toString(Framed.MAX));
        assertThat(Framed.receive(peer)).isEqualTo(Integer.toString(Framed.MAX));
    }

    @Test
    void eachSessionCanHaveAHandlerOfItsOwn() throws Exception {
        TcpServer server = start(builder -> builder.servePerConnection(TEXT, () -> {
            AtomicInteger count = new AtomicInteger();
            return (session, message) -> message + count.incrementAndGet();
        }));
        Peer one = connect(server);
        Peer other = connect(server);

        assertThat(Framed.receive(one.send(frames("a", "b")))).isEqualTo("a1");
        assertThat(Framed.receive(one)).isEqualTo("b2");
        assertThat(Framed.receive(other.send(frames("c")))).isEqualTo("c1");
    }

    /** One chunk holds 64 requests, and each reply is as large as sixteen chunks. */
    @Test
    void aSlowReaderGetsEveryReplyAndTheServerHoldsTwoAtMost() throws Exception {
        AtomicInteger handled = new AtomicInteger();
        TcpServer server = start(builder -> builder.serve(TEXT, (session, message) -> {
            handled.incrementAndGet();
            return message.substring(0, 4) + LARGE;
        }));
        Peer peer = closeAfterwards(Peer.connectWithSmallWindow(server.port()));
        String[] asked = IntStream.range(1_000, 1_064)
                .mapToObj(i -> i + "y".repeat(1_016))
                .toArray(String[]::new);
        peer.send(frames(asked));
        Await.until("the server has begun to answer", () -> handled.get() > 0);

        AtomicLong most = new AtomicLong();
        for (int i = 1_000; i < 1_064; i++) {
            most.accumulateAndGet(server.bufferedBytes(), Math::max);
            assertThat(Framed.receive(peer)).isEqualTo(i + LARGE);
        }

        assertThat(handled).hasValue(64);
        // A reply and the end of the one before, in buffers that have doubled until they fitted; and the rest of the
        // chunk.
        assertThat(most).hasValueLessThan(2 * 2 * LARGE.length() + 3 * (64 << 10));
    }

    @Test
    void badFramesCloseTheirConnectionOnlyAndAreOneLineInTheLog() throws Exception {
        Codec<Integer, String> numbers = LengthPrefixed.int32()
                .maxFrame(100)
                .codec(
                        body -> Integer.parseInt(
                                body.readCharSequence(body.readableBytes(), StandardCharsets.ISO_8859_1)
                                        .toString()),
                        (text, out) -> out.writeCharSequence(text, StandardCharsets.US_ASCII));
        TcpServer server = start(builder -> builder.serve(numbers, (session, number) -> "got " + number));
        Peer good = connect(server);
        assertThat(Framed.receive(good.send(frames("1")))).isEqualTo("got 1");

        long begun = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            connect(server)
                    .send(frames("1\n00:00:00 forged line"))
                    .finishSending()
                    .awaitEnd();
            connect(server).send(length(101)).finishSending().awaitEnd();
            connect(server).send(length(-1)).finishSending().awaitEnd();
            connect(server).send(length(Integer.MAX_VALUE)).finishSending().awaitEnd();
        }

        Await.value("bad frames", 20, () -> closed(server, CloseReason.BAD_FRAME));
        Await.value("large frames", 20, () -> closed(server, CloseReason.FRAME_TOO_LARGE));
        assertThat(Framed.receive(good.send(frames("2")))).isEqualTo("got 2");
        List<String> lines = Logs.with("MessageLog");
        // One a second.
        int linesMax = 1 + (int) Duration.ofNanos(System.nanoTime() - begun).toSeconds();
        assertThat(lines).hasSizeBetween(1, linesMax).allMatch(line -> line.contains("Frame 1 from /127.0.0.1:"));
        assertThat(lines.get(0))
                .contains("of 22 bytes, is no message: java.lang.NumberFormatException: ")
                .contains("\\u000a")
                .contains(" at java.base/java.lang.")
                .endsWith("The connection is closed with BAD_FRAME.");
        assertThat(lines).containsAll(Logs.with("forged"));
    }

    @Test
    void aHandlerThatThrowsClosesItsConnectionOnly() throws Exception {
        TcpServer server = start(builder -> builder.serve(TEXT, (session, message) -> {
            if (message.equals("bad")) {
                throw new IllegalStateException("on purpose");
            }
            return message;
        }));
        Peer good = connect(server);
        Peer bad = connect(server);

        bad.send(frames("a", "bad", "unseen"));
        assertThat(bodies(bad.receiveToEnd())).containsExactly("a");
        bad.close();
        awaitClosed(server, CloseReason.HANDLER_FAILED, 1);

        assertThat(Framed.receive(good.send(frames("b")))).isEqualTo("b");
        assertThat(Logs.with("The handler failed on frame 2 from /127.0.0.1:")).hasSize(1);
        assertThat(Logs.with("on purpose")).hasSize(1);
    }

    @Test
    void whatManyThreadsSendArrivesWholeAndInTheOrderOfEach() throws Exception {
        int threads = 16;
        int each = 500;
        AtomicReference<Session<String>> opened = new AtomicReference<>();
        TcpServer server = start(builder -> builder.serve(TEXT, new MessageHandler<String, String>() {
            @Override
            public void onOpened(Session<String> session) {
                opened.set(session);
            }

            @Override
            public String onMessage(Session<String> session, String message) {
                return null;
            }
        }));
        Peer peer = connect(server);
        Await.until("the session is open", () -> opened.get() != null);

        List<Thread> senders = IntStream.range(0, threads)
                .mapToObj(id -> new Thread(() -> {
                    for (int i = 0; i < each; i++) {
                        opened.get().send(id + ":" + i);
                    }
                }))
                .toList();
        senders.forEach(Thread::start);

        int[] next = new int[threads];
        for (int i = 0; i < threads * each; i++) {
            String[] message = Framed.receive(peer).split(":");
            assertThat(Integer.parseInt(message[1])).isEqualTo(next[Integer.parseInt(message[0])]++);
        }
        for (Thread sender : senders) {
            sender.join();
        }
    }

    @Test
    void closeFromAnotherThreadDeliversWhatWasSentBefore() throws Exception {
        AtomicReference<Session<String>> opened = new AtomicReference<>();
        TcpServer server = start(builder -> builder.serve(TEXT, (session, message) -> {
            opened.set(session);
            return message;
        }));
        Peer peer = connect(server);
        assertThat(Framed.receive(peer.send(frames("a")))).isEqualTo("a");

        opened.get().send("b");
        opened.get().close(CloseReason.LIMIT);

        assertThat(bodies(peer.receiveToEnd())).containsExactly("b");
        peer.close();
        awaitClosed(server, CloseReason.LIMIT, 1);
    }

    @Test
    void whoeverAsksIsToldWhyConnectionsEnded() throws Exception {
        List<CloseReason> reasons = Collections.synchronizedList(new ArrayList<>());
        TcpServer server = start(
                builder -> builder.serve(TEXT, (session, message) -> message).onClose((connection, why) -> {
                    reasons.add(why);
                    throw new IllegalStateException("An action that throws harms nobody.");
                }));

        connect(server).send(length(-1)).finishSending().awaitEnd();
        connect(server).finishSending().awaitEnd();

        Await.until("both are told", () -> reasons.size() == 2);
        assertThat(reasons).containsExactlyInAnyOrder(CloseReason.BAD_FRAME, CloseReason.PEER_CLOSED);
        Await.value("open connections", 0, server::connections);
    }

    /** Every request that was handled is answered, and a client that pipelines for ever is told when to stop. */
    @Test
    void drainAnswersWhatWasHandledAndSaysGoodbye() throws Exception {
        int clients = 20;
        ConcurrentHashMap<String, Integer> handled = new ConcurrentHashMap<>();
        TcpServer server = start(builder -> builder.serve(TEXT, new MessageHandler<String, String>() {
            @Override
            public String onMessage(Session<String> session, String message) {
                handled.put(message, 1);
                return message;
            }

            @Override
            public void onDrain(Session<String> session) {
                session.send("bye");
            }
        }));
        ConcurrentHashMap<String, Integer> answered = new ConcurrentHashMap<>();
        AtomicInteger goodbyes = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
            Peer peer = connect(server);
            int id = client;
            threads.add(new Thread(() -> sendForEver(peer, id)));
            threads.add(new Thread(() -> receiveToTheEnd(peer, answered, goodbyes)));
        }
        threads.forEach(Thread::start);
        Await.until("requests are handled", () -> handled.size() > 1_000);

        assertThat(server.drain().isClean()).isTrue();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(answered.keySet()).isEqualTo(handled.keySet());
        assertThat(goodbyes).hasValue(clients);
    }

    private static void sendForEver(Peer peer, int client) {
        try {
            for (int i = 0; ; i++) {
                peer.send(frames(client + ":" + i, client + ":" + ++i));
            }
        } catch (IOException ended) {
            // That is what it waited for.
        }
    }

    private static void receiveToTheEnd(Peer peer, ConcurrentHashMap<String, Integer> answered, AtomicInteger bye) {
        try {
            for (String body : bodies(peer.receiveToEnd())) {
                if (body.equals("bye")) {
                    bye.incrementAndGet();
                } else {
                    answered.put(body, 1);
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        } finally {
            peer.close();
        }
    }

    @Test
    void theDescriptionNamesTheLimitOnFrames() {
        TcpServer server = start(builder -> builder.serve(TEXT, (session, message) -> message));

        assertThat(server.describe()).contains("frames of at most 2097152 B, answered on the loop");
    }
}
