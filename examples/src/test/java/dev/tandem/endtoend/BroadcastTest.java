package dev.tandem.endtoend;

import static dev.tandem.endtoend.Framed.TEXT;
import static dev.tandem.endtoend.Framed.bodies;
import static dev.tandem.endtoend.Framed.frames;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.message.Group;
import dev.tandem.message.MessageHandler;
import dev.tandem.message.Session;
import dev.tandem.server.TcpServer;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** One message for many sessions. */
@OnBothTransportsAndTls
class BroadcastTest extends EndToEnd {

    private final Group<String> group = new Group<>(TEXT);
    private final Set<EventLoop> loops = ConcurrentHashMap.newKeySet();

    private final class Member implements MessageHandler<String, String> {

        @Override
        public void onOpened(Session<String> session) {
            loops.add(session.connection().loop());
            group.join(session);
        }

        @Override
        public String onMessage(Session<String> session, String message) {
            group.send(message, session);
            return null;
        }
    }

    private List<Peer> connectMembers(TcpServer server, int count) {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            peers.add(connect(server));
        }
        Await.value("members", count, group::size);
        return peers;
    }

    @Test
    void everyMemberGetsEveryMessageOfAThreadInOrder() throws Exception {
        TcpServer server = start(builder -> builder.servePerConnection(TEXT, Member::new));
        List<Peer> peers = connectMembers(server, 500);

        for (int i = 0; i < 50; i++) {
            group.send("news " + i);
        }

        for (Peer peer : peers) {
            for (int i = 0; i < 50; i++) {
                assertThat(Framed.receive(peer)).isEqualTo("news " + i);
            }
        }
    }

    @Test
    void aMessageIsOneTaskForEachLoop() throws Exception {
        TcpServer server = start(builder -> builder.servePerConnection(TEXT, Member::new));
        List<Peer> peers = connectMembers(server, 200);
        assertThat(loops).hasSize(2);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(loops.size());
        for (EventLoop loop : loops) {
            loop.execute(() -> {
                stopped.countDown();
                awaitQuietly(go);
            });
        }
        stopped.await();
        // A tick may be handed to a loop meanwhile, but only one, because the loop does not come to it.
        List<Integer> fewest = new ArrayList<>(Collections.nCopies(loops.size(), Integer.MAX_VALUE));
        for (int message = 0; message < 3; message++) {
            List<Integer> before = pendingTasks();
            group.send("news");
            List<Integer> after = pendingTasks();
            for (int i = 0; i < before.size(); i++) {
                fewest.set(i, Math.min(fewest.get(i), after.get(i) - before.get(i)));
            }
        }
        go.countDown();

        assertThat(fewest).containsOnly(1);
        for (Peer peer : peers) {
            assertThat(bodies(peer.receive(3 * frames("news").length))).containsOnly("news");
        }
    }

    private List<Integer> pendingTasks() {
        return loops.stream()
                .map(loop -> ((SingleThreadEventExecutor) loop).pendingTasks())
                .toList();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aMemberThatDoesNotReadIsClosedWhileTheOthersGetEverything() throws Exception {
        TcpServer server = start(builder -> builder.connectionLimits(limits -> limits.withOutbound(1 << 16, 1 << 20))
                .servePerConnection(TEXT, Member::new));
        Peer sleeper = closeAfterwards(Peer.connectWithSmallWindow(server.port()));
        Await.value("members", 1, group::size);
        Peer reader = connect(server);
        Peer speaker = connect(server);
        Await.value("members", 3, group::size);

        String news = "x".repeat(10_000);
        int messages = 0;
        while (closed(server, CloseReason.OUTBOUND_OVERFLOW) == 0) {
            speaker.send(frames(messages + news));
            assertThat(Framed.receive(reader)).isEqualTo(messages + news);
            messages++;
        }

        assertThat(messages).isGreaterThan(100);
        assertThat(sleeper.seesReset()).isTrue();
        Await.value("members", 2, group::size);
    }
}
