package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** Two servers behind a real HAProxy, which sends PROXY headers, checks their health, and is told when one leaves. */
@OnBothTransports
class HaproxyTest extends ProcessTest {

    private static final Duration STOP_MAX = Duration.ofSeconds(15);
    private static final int CLIENTS = 4;

    @TempDir
    Path directory;

    @Parameter
    String transport;

    private final int[] ports = new int[2];
    private final Child[] servers = new Child[2];
    private Child haproxy;
    private int front;

    @BeforeEach
    void start() throws Exception {
        needs("haproxy");
        int[] free = freePorts(3);
        ports[0] = free[0];
        ports[1] = free[1];
        front = free[2];
        startServer(0);
        startServer(1);
        servers[0].port();
        servers[1].port();
        Path config = Files.writeString(directory.resolve("haproxy.cfg"), config());
        haproxy = start(Map.of(), List.of("haproxy", "-db", "-f", config.toString()));
        Await.until("HAProxy answers", this::isAnswering);
    }

    /** Below those that the kernel gives to clients, one of whom could have it while its server restarts. */
    private static int[] freePorts(int count) {
        return ThreadLocalRandom.current()
                .ints(10_000, 32_000)
                .distinct()
                .filter(HaproxyTest::isFree)
                .limit(count)
                .toArray();
    }

    private static boolean isFree(int port) {
        try (ServerSocket listener = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return listener.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    private void startServer(int i) {
        servers[i] = start(Child.java(
                List.of(), "dev.tandem.endtoend.ChildServer", transport, "behind-proxy", Integer.toString(ports[i])));
        servers[i].port();
    }

    /** Whether it listens, here last of all. The file is there before. */
    private boolean isAnswering() {
        try {
            return tellHaproxy("show info").contains("Name: HAProxy");
        } catch (IOException notYet) {
            return false;
        }
    }

    private Path adminSocket() {
        return directory.resolve("admin");
    }

    /** The health of the first is checked with a PROXY header, that of the second only by connecting. */
    private String config() {
        return String.join(
                "\n",
                "global",
                "    nbthread 1",
                "    log stdout format raw local0 info",
                "    stats socket " + adminSocket() + " level admin",
                "defaults",
                "    mode tcp",
                "    log global",
                "    timeout connect 5s",
                "    timeout client 30s",
                "    timeout server 30s",
                "listen front",
                "    bind 127.0.0.1:" + front,
                "    balance roundrobin",
                "    default-server inter 1s fastinter 50ms downinter 50ms fall 1 rise 1",
                "    server s0 127.0.0.1:" + ports[0] + " send-proxy-v2 check",
                "    server s1 127.0.0.1:" + ports[1] + " send-proxy-v2 check port " + ports[1],
                "");
    }

    /** What an operator types into HAProxy's socket. */
    private String tellHaproxy(String command) throws IOException {
        try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(adminSocket()));
            socket.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(64 * 1024);
            while (socket.read(answer) >= 0) {
                // To the end.
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
        }
    }

    private void awaitUp(int server) {
        Await.until("s" + server + " is up", () -> {
            try {
                return tellHaproxy("show servers conn front").contains("front/s" + server)
                        && tellHaproxy("show stat")
                                .lines()
                                .anyMatch(line -> line.startsWith("front,s" + server + ",") && line.contains(",UP,"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void eachServerKnowsTheClientAndLogsNothingOfHealthChecks() throws Exception {
        awaitUp(0);
        awaitUp(1);
        for (int i = 0; i < 10; i++) {
            Peer peer = connect(front);
            String expected = "127.0.0.1:" + peer.localPort() + " through 127.0.0.1\n";
            assertThat(peer.send("who\n").receiveText(expected.length())).isEqualTo(expected);
            peer.close();
        }
        for (Child server : servers) {
            server.signal("TERM");
            assertThat(server.exitCode(STOP_MAX)).as(server.said()).isZero();
            assertThat(server.err()).noneMatch(line -> line.contains("WARN") || line.contains("ERROR"));
        }
    }

    @Test
    void aRollingRestartFailsNoRequest() throws Exception {
        Questioners clients = new Questioners(CLIENTS, front);
        for (int i = 0; i < servers.length; i++) {
            awaitUp(1 - i);
            clients.awaitAnswers();
            tellHaproxy("set server front/s" + i + " state drain");
            // Whoever it was chosen for just before that has connected by then.
            clients.awaitAnswers();
            servers[i].signal("TERM");
            assertThat(servers[i].exitCode(STOP_MAX)).as(servers[i].said()).isZero();
            clients.awaitAnswers();
            startServer(i);
            servers[i].port();
            tellHaproxy("set server front/s" + i + " state ready");
            awaitUp(i);
        }
        clients.awaitAnswers();
        clients.end();
    }
}
