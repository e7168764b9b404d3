package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.server.TcpServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is sent comes back. */
@OnBothTransportsAndTls
class EchoTest extends EndToEnd {

    private static final int CONNECTIONS = 32;
    private static final int BYTES_EACH = 8 << 20;

    @Test
    void randomBytesComeBackExactlyWhateverTheirPiecesAndPauses() throws Exception {
        long seed = Long.getLong("tandem.seed", System.nanoTime());
        System.out.println("EchoTest: repeat with -Dtandem.seed=" + seed);
        TcpServer server = startEcho();
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            Peer peer = connect(server);
            long own = seed + i;
            running.add(threads.submit(() -> sendAll(peer, own)));
            running.add(threads.submit(() -> receiveAll(peer, own)));
        }
        threads.shutdown();
        for (Future<?> each : running) {
            each.get(50, TimeUnit.SECONDS);
        }

        Await.value("open connections", 0, server::connections);
        assertThat(server.receivedBytes()).isEqualTo((long) CONNECTIONS * BYTES_EACH);
        assertThat(server.sentBytes()).isEqualTo((long) CONNECTIONS * BYTES_EACH);
    }

    private static Void sendAll(Peer peer, long seed) throws IOException {
        new RandomStream(seed).sendTo(peer, BYTES_EACH);
        peer.finishSending();
        return null;
    }

    private static Void receiveAll(Peer peer, long seed) throws IOException {
        new RandomStream(seed).receiveFrom(peer, BYTES_EACH);
        assertThat(peer.receiveToEnd()).isEmpty();
        return null;
    }
}
