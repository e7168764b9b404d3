package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.server.TcpServer;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How many may come in: at a time, from one address, and in one second. */
@OnBothTransports
class LimitsTest extends EndToEnd {

    private static final int LIMIT = 10;

    /** Echoes, and knows how many connections there are and were at most. */
    private static final class Crowd implements ConnectionHandler {

        private final AtomicInteger now = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        @Override
        public void onOpened(Connection connection) {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
        }

        @Override
        public void onBytes(Connection connection, ByteBuf in) {
            connection.write(in);
        }

        @Override
        public void onClosed(Connection connection, CloseReason why) {
            now.decrementAndGet();
        }
    }

    @Test
    void thereAreNeverMoreThanTheLimitAndThoseWhoWaitAreServedWhenOthersLeave() throws Exception {
        Crowd crowd = new Crowd();
        // Two loops with a listener each, which do not know of each other what they accept at a moment.
        TcpServer server = start(builder -> builder.listen(0)
                .limits(limits -> limits.withConnections(LIMIT))
                .handler(crowd));
        List<Integer> ports = server.addresses().stream()
                .map(address -> ((InetSocketAddress) address).getPort())
                .toList();
        ExecutorService clients = Executors.newFixedThreadPool(100);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            int port = ports.get(i % 2);
            running.add(clients.submit(() -> {
                try (Peer peer = Peer.connect(port)) {
                    peer.echo("in");
                }
                return null;
            }));
        }
        clients.shutdown();
        for (Future<?> each : running) {
            each.get(30, TimeUnit.SECONDS);
        }

        assertThat(crowd.most).hasValue(LIMIT);
        awaitClosed(server, CloseReason.PEER_CLOSED, 1_000);
        // The reason is counted before the connection is gone.
        Await.value("open connections", 0, server::connections);
        assertThat(Logs.with("The limit of " + LIMIT + " connections is reached"))
                .hasSizeBetween(1, 30);
        connect(server).echo("and there is room again");
    }

    @Test
    void whoWaitsMayGiveUp() throws Exception {
        Crowd crowd = new Crowd();
        TcpServer server = start(builder ->
                builder.limits(limits -> limits.withConnections(LIMIT)).handler(crowd));
        List<Peer> inside = new ArrayList<>();
        for (int i = 0; i < LIMIT; i++) {
            inside.add(connect(server));
            inside.get(i).echo("in");
        }
        List<Peer> impatient = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            impatient.add(connect(server));
        }
        Peer patient = connect(server);
        patient.send("at last");
        for (int i = 0; i < impatient.size(); i++) {
            if (i % 2 == 0) {
                impatient.get(i).close();
            } else {
                impatient.get(i).reset();
            }
        }
        inside.get(3).close();

        assertThat(patient.receiveText(7)).isEqualTo("at last");
        assertThat(crowd.most).hasValue(LIMIT);
        Await.value("open connections", LIMIT, server::connections);
    }

    @Test
    void oneAddressCannotTakeAllPlaces() throws Exception {
        TcpServer server = start(builder ->
                builder.limits(limits -> limits.withPerAddress(3)).handler((connection, in) -> connection.write(in)));
        List<Peer> admitted = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            admitted.add(connect(server));
            admitted.get(i).echo("in");
        }
        for (int i = 0; i < 100; i++) {
            assertThat(Peer.isServed(server.port())).isFalse();
        }
        closeAfterwards(Peer.connectFrom("127.0.0.2", server.port())).echo("another address");
        admitted.get(1).close();
        Await.value("open connections", 3, server::connections);
        connect(server).echo("in the place of one that left");

        assertThat(server.closeReasons()).isEqualTo(Map.of(CloseReason.LIMIT, 100L, CloseReason.PEER_CLOSED, 1L));
        assertThat(Logs.with("refused with LIMIT: there are 3 from 127.0.0.1 already"))
                .hasSizeBetween(1, 10);
        assertThat(server.connections()).isEqualTo(4);
    }

    @Test
    void moreThanSoManyInASecondAreRefused() throws Exception {
        long begun = System.nanoTime();
        TcpServer server = start(builder -> builder.limits(limits -> limits.withAcceptsPerSecond(20))
                .handler((connection, in) -> connection.write(in)));
        int refused = 0;
        for (int admitted = 0; admitted < 41; ) {
            if (Peer.isServed(server.port())) {
                admitted++;
            } else {
                refused++;
            }
        }

        // Twenty in each of two seconds, of which the first begins with the server, and one more.
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(Duration.ofSeconds(2), Await.PATIENCE);
        assertThat(refused).isPositive();
        Await.value("refused", refused, () -> closed(server, CloseReason.LIMIT));
        assertThat(Logs.with("refused with LIMIT: there were 20 in this second already"))
                .hasSizeBetween(1, 1 + (int) Await.PATIENCE.toSeconds());
    }
}
