package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** Servers that are started with the socket they listen on, as systemd does it; a script plays its part here. */
@OnBothTransports
class ActivationTest extends ProcessTest {

    private static final int CLIENTS = 4;
    private static final Duration STOP_MAX = Duration.ofSeconds(10);

    @TempDir
    static Path directory;

    private static Path script;

    @Parameter
    String transport;

    @BeforeAll
    static void copyTheScript() throws IOException {
        needs("python3");
        script = directory.resolve("activate.py");
        try (InputStream source = ActivationTest.class.getResourceAsStream("activate.py")) {
            Files.copy(source, script);
        }
    }

    private Child activate(Map<String, String> environment, String where, List<String> command) {
        List<String> all = new ArrayList<>(List.of("python3", script.toString(), where));
        all.addAll(command);
        return start(environment, all);
    }

    private static void awaitStarts(Child child, int count) {
        Await.until(
                "the server has started " + count + " times",
                () -> child.out().stream()
                                .filter(line -> line.contains(" listening on "))
                                .count()
                        == count);
    }

    @Test
    void aRestartRefusesNobody() throws Exception {
        Child systemd = activate(
                Map.of(), "tcp", Child.java(List.of(), "dev.tandem.endtoend.ChildServer", transport, "inherited"));
        Questioners clients = new Questioners(CLIENTS, systemd.port());
        for (int restarts = 1; restarts <= 3; restarts++) {
            clients.awaitAnswers();
            systemd.signal("HUP");
            awaitStarts(systemd, restarts + 1);
        }
        clients.awaitAnswers();
        clients.end();
        systemd.signal("TERM");

        assertThat(systemd.exitCode(STOP_MAX)).as(systemd.said()).isZero();
    }

    @Test
    void aUnixSocketIsInheritedTooAndItsFileIsLeftAlone() throws Exception {
        Path path = directory.resolve(transport + ".sock");
        List<String> command = Child.java(
                List.of(), "dev.tandem.examples.Main", "echo", "--listen", "inherited", "--transport", transport);
        Child systemd = activate(Map.of(), path.toString(), command);
        systemd.awaitOutput("echo listening on " + path + " transport=" + transport);
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(path));
            client.write(ByteBuffer.wrap(new byte[] {42}));
            ByteBuffer answer = ByteBuffer.allocate(1);
            client.read(answer);
            assertThat(answer.get(0)).isEqualTo((byte) 42);
        }
        systemd.signal("TERM");
        assertThat(systemd.exitCode(STOP_MAX)).isZero();
        assertThat(path).exists();
    }

    @Test
    void whatWasMeantForAnotherProcessIsNotTaken() throws Exception {
        List<String> command = Child.java(
                List.of(), "dev.tandem.examples.Main", "echo", "--listen", "inherited", "--transport", transport);
        Child systemd = activate(Map.of("WRONG_PID", "1"), "tcp", command);
        assertThat(systemd.exitCode(Duration.ofSeconds(30))).isEqualTo(2);
        assertThat(systemd.err()).hasSize(1).first().asString().contains("LISTEN_PID is '1'", "exec");
    }

    @Test
    void withoutSystemdThatIsSaid() throws Exception {
        Child child = start(Child.java(
                List.of(), "dev.tandem.examples.Main", "echo", "--listen", "inherited", "--transport", transport));
        assertThat(child.exitCode(Duration.ofSeconds(30))).isEqualTo(2);
        assertThat(child.err()).hasSize(1).first().asString().contains("LISTEN_FDS and LISTEN_PID are not set");
    }
}
