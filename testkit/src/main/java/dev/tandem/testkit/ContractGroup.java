package dev.tandem.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.TransportConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * What the groups of the contract share. Each test opens the transport anew; afterwards everything is ended, every rule is
 * verified for every socket there was, and no descriptor and no direct memory may be left.
 */
// A thread of its own for each test: what the JDK's blocking sockets cache per thread goes with it.
@Timeout(value = 60, threadMode = SEPARATE_THREAD)
abstract class ContractGroup {

    /** Loans are poisoned, so that a transport that lends what it no longer owns is found out. */
    static final TransportConfig CONFIG = new TransportConfig(64 * 1024, true);

    /** Many pieces come of what a peer sends at once, but not so many that little comes through. */
    static final TransportConfig MANY_PIECES = new TransportConfig(4096, true);

    /** Some ten milliseconds of work, for an engine that collects as much as it can before it looks at its tasks. */
    static final int PIECES_IN_A_TURN_MAX = 8_000;

    private final Subject subject;
    private final List<Host> hosts = new ArrayList<>();
    private Resources before;

    ContractGroup(Subject subject) {
        this.subject = subject;
    }

    final Family family() {
        return subject.family();
    }

    /** Leaves a test out where a peer cannot reset: a Unix socket only ends, whatever SO_LINGER says (unix(7)). */
    final void needsResets() {
        assumeTrue(family() == Family.TCP, "Peers cannot reset a Unix socket.");
    }

    /** Leaves a test out where connecting succeeds or fails at once, so that there is no attempt to wait for. */
    final void needsAttemptsInFlight() {
        assumeTrue(family() == Family.TCP, "A Unix socket is connected at once or not at all.");
    }

    /** Leaves a test out that is about ports; what takes their place with Unix sockets has rules of its own. */
    final void needsPorts() {
        assumeTrue(family() == Family.TCP, "A Unix socket has a file, whose rules are in UnixSocketRules.");
    }

    /** The JDK's blocking sockets open descriptors of their own when the first is closed, and keep them. */
    @BeforeAll
    static void useBlockingSocketsOnce() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket accepted = server.accept()) {
            client.getOutputStream().write(1);
            accepted.getInputStream().read();
        }
        Path path = Family.newPath();
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            try (Peer client = Peer.connect(server.getLocalAddress());
                    SocketChannel accepted = server.accept()) {
                client.send(new byte[1]);
                accepted.read(ByteBuffer.allocate(1));
            }
        }
        Files.delete(path);
    }

    @BeforeEach
    void rememberWhatIsHeld() {
        // Loads the native library, for which the JDK may keep a buffer.
        subject.engine().apply(CONFIG);
        before = Resources.now();
    }

    @AfterEach
    void leavesNothingBehind() throws InterruptedException {
        try {
            for (Host host : hosts) {
                host.close();
            }
        } catch (AssertionError broken) {
            AssertionError left = leftOver();
            if (left != null) {
                broken.addSuppressed(left);
            }
            throw broken;
        }
        AssertionError left = leftOver();
        if (left != null) {
            throw left;
        }
    }

    private AssertionError leftOver() {
        try {
            Await.until("everything is given back", () -> Resources.now().isNoMoreThan(before));
            return null;
        } catch (AssertionError left) {
            return new AssertionError("Left over: " + Resources.now() + ", before: " + before, left);
        }
    }

    /** Opens the transport with loops of its own. */
    final Host host(int loops, TransportConfig config) {
        Host host = new Host(subject.engine().apply(config), family(), loops);
        hosts.add(host);
        return host;
    }

    /** One loop with one listener; {@code behaviour} sees each connection as it is accepted. */
    final Server serve(Consumer<Witness> behaviour) throws IOException {
        return serve(CONFIG, ListenOptions.DEFAULT, behaviour);
    }

    final Server serve(TransportConfig config, ListenOptions options, Consumer<Witness> behaviour) throws IOException {
        return host(1, config).listen(options, behaviour);
    }
}
