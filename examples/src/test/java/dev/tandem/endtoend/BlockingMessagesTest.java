package dev.tandem.endtoend;

import static dev.tandem.endtoend.Framed.TEXT;
import static dev.tandem.endtoend.Framed.bodies;
import static dev.tandem.endtoend.Framed.frames;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.message.Workers;
import dev.tandem.server.TcpServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Messages answered by workers. */
@OnBothTransportsAndTls
class BlockingMessagesTest extends EndToEnd {

    private static final int CLIENTS = 30;
    private static final int MESSAGES_MAX = 10;

    private final Semaphore permits = new Semaphore(0);
    private final AtomicInteger begun = new AtomicInteger();

    @AfterEach
    void letTheWorkersGo() {
        permits.release(1_000_000);
    }

    private String work(String message) throws InterruptedException {
        begun.incrementAndGet();
        permits.acquire();
        return "re " + message;
    }

    @Test
    void workBeyondTheBoundWaitsWithItsPeersAndNothingIsLost() throws Exception {
        Workers workers = Workers.threads(4, MESSAGES_MAX);
        TcpServer server = start(builder -> builder.serveBlocking(TEXT, workers, (session, message) -> work(message)));
        List<Peer> peers = new ArrayList<>();
        String[] asked = IntStream.range(0, 50).mapToObj(i -> "" + i).toArray(String[]::new);
        for (int i = 0; i < CLIENTS; i++) {
            peers.add(connect(server).send(frames(asked)).finishSending());
        }
        Await.until("the workers are busy", () -> begun.get() == 4 && workers.messages() == MESSAGES_MAX);

        permits.release(CLIENTS * asked.length);

        String[] expected = IntStream.range(0, 50).mapToObj(i -> "re " + i).toArray(String[]::new);
        for (Peer peer : peers) {
            assertThat(bodies(peer.receiveToEnd())).containsExactly(expected);
        }
        awaitClosed(server, CloseReason.PEER_CLOSED, CLIENTS);
        assertThat(begun).hasValue(CLIENTS * asked.length);
        assertThat(workers.messages()).isZero();
    }

    @Test
    void theLoopGoesOnWhileWorkersBlock() throws Exception {
        TcpServer server = start(builder -> builder.loops(1)
                .serveBlocking(
                        TEXT,
                        Workers.threads(2),
                        (session, message) -> message.equals("quick") ? message : work(message)));
        Peer slow = connect(server).send(frames("slow"));
        Await.until("the slow one is being worked on", () -> begun.get() == 1);

        assertThat(Framed.receive(connect(server).send(frames("quick")))).isEqualTo("quick");

        permits.release();
        assertThat(Framed.receive(slow)).isEqualTo("re slow");
    }

    @Test
    void drainWaitsForWhatWasTaken() throws Exception {
        TcpServer server =
                start(builder -> builder.serveBlocking(TEXT, Workers.threads(1), (session, message) -> work(message)));
        Peer peer = connect(server).send(frames("a", "b", "c"));
        Await.until("the first is being worked on", () -> begun.get() == 1);
        Thread drain = new Thread(server::drain);
        drain.start();
        permits.release(3);

        assertThat(bodies(peer.receiveToEnd())).containsExactly("re a", "re b", "re c");
        peer.close();
        drain.join();
        assertThat(server.closeReasons()).containsOnlyKeys(CloseReason.DRAINED);
    }
}
