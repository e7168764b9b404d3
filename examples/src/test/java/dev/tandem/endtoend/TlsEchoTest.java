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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent over TLS comes back. */
@OnBothTransportsAndProviders
class TlsEchoTest extends TlsEndToEnd {

    private static final int CONNECTIONS = 8;
    private static final int BYTES_EACH = 4 << 20;

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void randomBytesComeBackExactlyWhateverTheirPieces(String version) throws Exception {
        long seed = Long.getLong("tandem.seed", System.nanoTime());
        System.out.println("TlsEchoTest: repeat with -Dtandem.seed=" + seed);
        TcpServer server = startEcho(localhost());
        TlsClient client = new TlsClient().protocol(version);
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            TlsPeer peer = connect(client, server).handshake();
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
        assertThat(ends).containsOnly("PEER_CLOSED after the peer finished");
    }

    private static Void sendAll(TlsPeer peer, long seed) throws IOException {
        new RandomStream(seed).sendTo(peer, BYTES_EACH);
        return null;
    }

    private static Void receiveAll(TlsPeer peer, long seed) throws IOException {
        new RandomStream(seed).receiveFrom(peer, BYTES_EACH);
        // Only now: in TLS 1.2 the word that the peer has finished ends both directions.
        peer.finishSending();
        assertThat(peer.receiveToEnd()).isEmpty();
        return null;
    }
}
