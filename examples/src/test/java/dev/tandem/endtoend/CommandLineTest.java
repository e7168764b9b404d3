package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user of {@code ./tandem echo} sees: the real launcher and the real example, as processes. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CommandLineTest {

    private static final Duration STOP_MAX = Await.PATIENCE;

    /** What is promised of the examples; a machine that stands still meanwhile may break it now and then. */
    private static final Duration PROMISED = Duration.ofSeconds(2);

    private static final int ATTEMPTS = 3;

    @TempDir
    static Path root;

    private static InstalledLauncher launcher;

    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void install() throws IOException {
        launcher = new InstalledLauncher(root);
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private Child tandem(String... arguments) {
        return tandem(Map.of(), arguments);
    }

    private Child tandem(Map<String, String> environment, String... arguments) {
        Child child = launcher.start(environment, arguments);
        open.add(child);
        return child;
    }

    private Peer connect(int port) {
        Peer peer = Peer.connect(port);
        open.add(peer);
        return peer;
    }

    /** Ended by the user's mistake: exit code 2, nothing on stdout, and one line on stderr that says what and what to do. */
    private static void assertRefused(Child child, String... words) throws InterruptedException {
        assertThat(child.exitCode(Duration.ofSeconds(30))).as(child.said()).isEqualTo(2);
        assertThat(child.out()).isEmpty();
        assertThat(child.err()).hasSize(1);
        assertThat(child.err().get(0)).contains(words);
    }

    @ParameterizedTest
    @CsvSource({"auto, epoll", "epoll, epoll", "io_uring, io_uring", "prefer:io_uring, io_uring"})
    void theListeningLineIsAllThatStdoutSays(String asked, String used) throws Exception {
        Child child = tandem("echo", "--port", "0", "--loops", "2", "--transport", asked);
        int port = child.port();
        connect(port).echo("hello");
        child.signal("TERM");

        assertThat(child.exitCode(STOP_MAX)).isZero();
        assertThat(child.out())
                .containsExactly("echo listening on 127.0.0.1:" + port + " transport=" + used + " loops=2");
        assertThat(child.err()).noneMatch(line -> line.contains("LEAK") || line.contains("ERROR"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void theExampleHttpIsStartedAndEndedLikeAllOthers(String transport) throws Exception {
        Child child = tandem("http", "--port", "0", "--loops", "1", "--transport", transport);
        int port = child.port();
        Peer kept = connect(port).send("GET /plaintext HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(kept.receiveText(15)).isEqualTo("HTTP/1.1 200 OK");
        child.signal("TERM");

        assertThat(kept.receiveToEnd()).asString().endsWith("Hello, World!");
        assertThat(child.exitCode(STOP_MAX)).isZero();
        assertThat(child.out())
                .containsExactly("http listening on 127.0.0.1:" + port + " transport=" + transport + " loops=1");
        assertThat(child.err()).noneMatch(line -> line.contains("LEAK") || line.contains("ERROR"));
        assertRefused(tandem("http", "--port", "70000"), "port must be from 0 to 65535, but was 70000.");
    }

    @Test
    void theLauncherIsTheServer() throws Exception {
        Child child = tandem("echo", "--port", "0");
        child.port();

        assertThat(child.commandLine()).contains("dev.tandem.examples.Main echo --port 0");
        assertThat(ProcessHandle.of(child.pid()).orElseThrow().children()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void aSignalDeliversWhatWasWrittenAndEndsWithinTwoSeconds(String signal) throws Exception {
        Duration took = endWithManySilentOnes(signal);
        for (int i = 1; i < ATTEMPTS && took.compareTo(PROMISED) > 0; i++) {
            took = endWithManySilentOnes(signal);
        }

        assertThat(took).isLessThan(PROMISED);
    }

    private Duration endWithManySilentOnes(String signal) throws Exception {
        Child child = tandem("echo", "--port", "0", "--loops", "2");
        int port = child.port();
        for (int i = 0; i < 100; i++) {
            // These never say anything and never close.
            connect(port);
        }
        Peer peer = connect(port);
        byte[] much = new byte[1 << 20];
        peer.send(much).receive(much.length);
        peer.send("last words");
        // Its answer shows that the server has read it; nobody can see whether it had before the signal otherwise.
        assertThat(peer.receiveText(5)).isEqualTo("last ");
        long signalled = System.nanoTime();
        child.signal(signal);

        assertThat(peer.receiveToEnd()).asString().isEqualTo("words");
        assertThat(child.exitCode(STOP_MAX)).isZero();
        return Duration.ofNanos(System.nanoTime() - signalled);
    }

    @Test
    void aSignalAtTheMomentOfTheListeningLineIsObeyed() throws Exception {
        for (int i = 0; i < 3; i++) {
            Child child = tandem("echo", "--port", "0");
            child.port();
            child.signal("TERM");
            assertThat(child.exitCode(STOP_MAX)).isZero();
        }
    }

    @Test
    void aPortInUseIsToldInOneLine() throws Exception {
        try (ServerSocket occupied = new ServerSocket()) {
            occupied.bind(new InetSocketAddress("127.0.0.1", 0));
            int port = occupied.getLocalPort();

            assertRefused(
                    tandem("echo", "--port", Integer.toString(port)),
                    "listen on 127.0.0.1:" + port + " failed: EADDRINUSE.",
                    "choose another port");
            assertRefused(
                    tandem("echo", "--port", Integer.toString(port), "--transport", "io_uring"),
                    "listen on 127.0.0.1:" + port + " failed: EADDRINUSE.");
        }
    }

    @Test
    void aPortWithoutPermissionIsToldInOneLine() throws Exception {
        assumeTrue(isRoot(), "Only root can become somebody else.");
        assumeTrue(firstUnprivilegedPort() > 80, "Anybody may listen on port 80 here.");
        assertRefused(
                launcher.startAsNobody("echo", "--port", "80"),
                "listen on 127.0.0.1:80 failed: EACCES.",
                "higher port");
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static int firstUnprivilegedPort() throws IOException {
        // With one large read: these files are at their end after the first, however short it was.
        try (BufferedReader file = Files.newBufferedReader(Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start"))) {
            return Integer.parseInt(file.readLine());
        }
    }

    @Test
    void anAddressThatIsNotLocalIsToldInOneLine() throws Exception {
        assertRefused(
                tandem("echo", "--host", "192.0.2.1", "--port", "0"), "listen on 192.0.2.1:0 failed: EADDRNOTAVAIL.");
    }

    @Test
    void aHostThatDoesNotResolveIsToldInOneLine() throws Exception {
        assertRefused(
                tandem("echo", "--host", "no-such-host.invalid", "--port", "0"),
                "listen on no-such-host.invalid:0 failed: unknown host.");
    }

    @Test
    void badOptionsAreToldInOneLine() throws Exception {
        List<Child> children = List.of(
                tandem("echo", "--port", "70000"),
                tandem("echo", "--port", "http"),
                tandem("echo", "--loops", "0"),
                tandem("echo", "--transport", "kqueue"),
                tandem("echo", "--no-such-option"),
                tandem(Map.of("TANDEM_TRANSPORT", "kqueue"), "echo"));
        List<String> words = List.of(
                "port must be from 0 to 65535, but was 70000.",
                "--port",
                "loops must be from 1 to 1024, but was 0.",
                "must be auto, epoll, io_uring, prefer:epoll or prefer:io_uring, but was 'kqueue'.",
                "--no-such-option",
                "The environment variable TANDEM_TRANSPORT is wrong.");
        for (int i = 0; i < children.size(); i++) {
            assertRefused(children.get(i), words.get(i));
        }
    }

    @Test
    void helpExplainsEveryOption() throws Exception {
        Child child = tandem("echo", "--help");

        assertThat(child.exitCode(Duration.ofSeconds(30))).isZero();
        assertThat(String.join("\n", child.out())).contains("--transport", "--host", "--port", "--loops", "--help");
        assertThat(child.err()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void noJdkWarnsOnStderr(Path jdk) throws Exception {
        for (String transport : List.of("epoll", "io_uring")) {
            Map<String, String> environment = new HashMap<>(Map.of("JAVA_HOME", jdk.toString()));
            Child child = tandem(environment, "echo", "--port", "0", "--transport", transport);
            connect(child.port()).echo("hello");
            child.signal("TERM");

            assertThat(child.exitCode(STOP_MAX)).isZero();
            assertThat(child.err())
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line).matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\[.*] INFO .*"));
        }
    }

    /** This JDK, and every other one from 17 on in the usual place. */
    static Stream<Path> jdks() throws IOException {
        Path own = Path.of(System.getProperty("java.home"));
        Path usual = Path.of("/usr/lib/jvm");
        try (Stream<Path> others = Files.isDirectory(usual) ? Files.list(usual) : Stream.<Path>of()) {
            return Stream.concat(Stream.of(own), others.toList().stream())
                    .map(CommandLineTest::real)
                    .distinct()
                    .filter(CommandLineTest::is17OrNewer)
                    .toList()
                    .stream();
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path;
        }
    }

    private static boolean is17OrNewer(Path jdk) {
        try {
            return Files.readAllLines(jdk.resolve("release")).stream()
                    .filter(line -> line.startsWith("JAVA_VERSION="))
                    .map(line -> line.replaceAll("[^0-9.]", "").split("\\.")[0])
                    .anyMatch(version -> Integer.parseInt(version) >= 17);
        } catch (IOException e) {
            return false;
        }
    }
}
