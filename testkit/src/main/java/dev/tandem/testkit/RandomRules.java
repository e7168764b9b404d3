package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.TransportConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Anything at any time: random calls in random events, against random peers. The witness knows what may not happen. */
abstract class RandomRules extends ContractGroup {

    private static final int CONNECTIONS = 400;
    private static final int CONNECTORS = 4;

    RandomRules(Subject subject) {
        super(subject);
    }

    @Test
    void randomCallsInRandomEventsBreakNoRule() throws Exception {
        randomCallsAgainstRandomPeers(new TransportConfig(64 * 1024, true), ListenOptions.DEFAULT);
    }

    @Test
    void randomCallsOnSmallBuffersBreakNoRule() throws Exception {
        randomCallsAgainstRandomPeers(
                new TransportConfig(256, true), ListenOptions.DEFAULT.withBuffers(4 * 1024, 4 * 1024));
    }

    private void randomCallsAgainstRandomPeers(TransportConfig config, ListenOptions options) throws Exception {
        long seed = Seed.next();
        Pattern pattern = new Pattern(seed);
        AtomicLong nextSeed = new AtomicLong(seed);
        Host host = host(2, config);
        Server server =
                host.listen(options, witness -> ErraticHandler.on(witness, pattern, nextSeed.getAndIncrement()));
        long sockets = Resources.sockets();
        List<Thread> connectors = new ArrayList<>();
        for (int i = 0; i < CONNECTORS; i++) {
            Random random = new Random(seed - 1 - i);
            Thread connector = new Thread(() -> connectErratically(server, pattern, random), "connector-" + i);
            connector.start();
            connectors.add(connector);
        }
        for (Thread connector : connectors) {
            connector.join();
        }
        server.listener().close();
        server.awaitListenerClosed();
        host.settle();
        // Those that are paused have not noticed that their peers are gone.
        server.accepted().forEach(witness -> witness.onLoop(witness::abort));
        server.accepted().stream().filter(witness -> !witness.isRefused()).forEach(Witness::awaitClosed);
        // The listener's own descriptor is closed as well.
        Await.until("all descriptors are closed", () -> Resources.sockets() == sockets - 1);
        assertThat(server.acceptFailures()).isEmpty();
    }

    private static void connectErratically(Server server, Pattern pattern, Random random) {
        for (int i = 0; i < CONNECTIONS / CONNECTORS; i++) {
            try (Peer peer = Peer.connect(server.address())) {
                behaveErratically(peer, pattern, random);
            } catch (IOException brokenOff) {
                // The other end is erratic, too.
            }
        }
    }

    private static void behaveErratically(Peer peer, Pattern pattern, Random random) throws IOException {
        peer.waitAtMost(1 + random.nextInt(20));
        byte[] received = new byte[20_000];
        long sent = 0;
        boolean finished = false;
        for (int steps = random.nextInt(12); steps > 0; steps--) {
            switch (random.nextInt(finished ? 3 : 6)) {
                case 0, 1 -> peer.tryToReceive(received);
                case 2 -> Await.spin(Duration.ofNanos(random.nextInt(200_000)));
                case 3, 4 -> {
                    int piece = 1 + random.nextInt(10_000);
                    peer.send(pattern.bytes(sent, piece));
                    sent += piece;
                }
                default -> {
                    peer.finishSending();
                    finished = true;
                }
            }
        }
        if (random.nextInt(3) == 0) {
            peer.reset();
        }
    }
}
