package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.server.TcpServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What is sent comes back. */
@OnBothTransportsAndTls
class EchoTest extends EndToEnd {

    private static final int CONNECTIONS = 32;
    private static final int BYTES_EACH = 8 << 20;
    private static final int PIECE_BYTES_MAX = 96 << 10;

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
        RandomStream stream = new RandomStream(seed);
        SplittableRandom sizes = new SplittableRandom(seed);
        byte[] piece = new byte[PIECE_BYTES_MAX];
        for (int left = BYTES_EACH; left > 0; ) {
            // Sizes of every magnitude: as many below 100 bytes as above 10 KB.
            int size = Math.min(left, (int) Math.exp(sizes.nextDouble() * Math.log(PIECE_BYTES_MAX)));
            stream.next(piece, size);
            peer.send(piece, size);
            left -= size;
        }
        peer.finishSending();
        return null;
    }

    private static Void receiveAll(Peer peer, long seed) throws IOException {
        RandomStream stream = new RandomStream(seed);
        SplittableRandom pauses = new SplittableRandom(~seed);
        byte[] piece = new byte[PIECE_BYTES_MAX];
        int received = 0;
        for (int count = peer.receiveSome(piece); count > 0; count = peer.receiveSome(piece)) {
            stream.verify(piece, count);
            received += count;
            if (pauses.nextInt(50) == 0) {
                LockSupport.parkNanos(pauses.nextInt(20_000_000));
            }
        }
        assertThat(received).isEqualTo(BYTES_EACH);
        return null;
    }
}
