package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the examples listen, and where the proxy connects: ports, Unix sockets, and what is neither. */
class AddressOptionTest extends ProcessTest {

    private static final Duration STOP_MAX = Await.PATIENCE;

    @TempDir
    private Path directory;

    private Child tandem(String... arguments) {
        return start(Child.java(List.of(), "dev.tandem.examples.Main", arguments));
    }

    private static void assertRefused(Child child, String... words) throws InterruptedException {
        assertThat(child.exitCode(Duration.ofSeconds(30))).as(child.said()).isEqualTo(2);
        assertThat(child.out()).isEmpty();
        assertThat(child.err()).hasSize(1);
        assertThat(child.err().get(0)).contains(words);
    }

    private static String echo(Path path, String text) throws Exception {
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(path));
            client.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
            client.shutdownOutput();
            ByteBuffer answer = ByteBuffer.allocate(1000);
            while (client.read(answer) >= 0) {
                // To the end.
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void anExampleListensOnAUnixSocketAndOutlivesOneThatWasKilled(String transport) throws Exception {
        Path path = directory.resolve("echo.sock");
        Child first = tandem("echo", "--listen", path.toString(), "--transport", transport, "--loops", "1");
        first.awaitOutput("echo listening on " + path + " transport=" + transport + " loops=1");
        assertThat(echo(path, "first")).isEqualTo("first");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        first.signal("KILL");
        first.exitCode(STOP_MAX);
        assertThat(path).exists();

        Child second = tandem("echo", "--listen", path.toString(), "--transport", transport);
        second.awaitOutput("listening on " + path);
        assertThat(echo(path, "second")).isEqualTo("second");
        assertRefused(tandem("echo", "--listen", path.toString()), "EADDRINUSE", "Another server listens there");
        assertThat(echo(path, "still")).isEqualTo("still");
        second.signal("TERM");

        assertThat(second.exitCode(STOP_MAX)).isZero();
        assertThat(path).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void theProxyStandsBetweenClientAndServer(String transport) throws Exception {
        Path path = directory.resolve("behind.sock");
        Child echo = tandem("echo", "--listen", path.toString());
        echo.awaitOutput("listening on");
        Child inner = tandem("proxy", "--listen", "0", "--to", path.toString(), "--transport", transport);
        Child outer = tandem("proxy", "--listen", "127.0.0.1:0", "--to", "localhost:" + inner.port(), "--loops", "1");
        Peer peer = connect(outer.port());
        peer.echo("through two proxies");
        byte[] much = new byte[1 << 20];
        peer.send(much);
        assertThat(peer.receive(much.length)).isEqualTo(much);

        for (Child proxy : List.of(outer, inner)) {
            proxy.signal("TERM");
            assertThat(proxy.exitCode(STOP_MAX)).as(proxy.said()).isZero();
            assertThat(proxy.out()).hasSize(1);
            assertThat(proxy.err()).noneMatch(line -> line.contains("ERROR") || line.contains("LEAK"));
        }
        assertThat(peer.receiveToEnd()).isEmpty();
    }

    @Test
    void theProxyTurnsClientsAwayWhenThereIsNoServer() throws Exception {
        Child proxy = tandem(
                "proxy", "--port", "0", "--to", directory.resolve("nobody").toString());
        assertThat(connect(proxy.port()).seesReset()).isTrue();
        proxy.signal("TERM");
        assertThat(proxy.exitCode(STOP_MAX)).isZero();
        assertThat(proxy.err())
                .filteredOn(line -> line.contains("WARN"))
                .hasSize(1)
                .allMatch(line -> line.contains("ENOENT"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "proxy --port 0                        | --to",
                "proxy --port 0 --to                   | --to",
                "proxy --port 0 --to host              | 'host' has no port from 0 to 65535 at its end",
                "proxy --port 0 --to host:             | has no port",
                "proxy --port 0 --to :80               | There is no host",
                "proxy --port 0 --to ::1:80            | An IPv6 address needs brackets, as in [::1]:80",
                "proxy --port 0 --to [::1]             | '[::1]' has no port from 0 to 65535 at its end",
                "proxy --port 0 --to host:70000        | has no port from 0 to 65535",
                "echo --listen host:http               | has no port",
                "echo --listen /no/such/directory/sock | ENOENT"
            })
    void badAddressesAreToldInOneLine(String line, String words) throws Exception {
        assertRefused(tandem(line.split(" ")), words);
    }

    @Test
    void helpTellsTheForms() throws Exception {
        List<String> said = new ArrayList<>();
        for (String command : Arrays.asList("echo", "proxy")) {
            Child child = tandem(command, "--help");
            assertThat(child.exitCode(Duration.ofSeconds(30))).isZero();
            said.add(String.join("\n", child.out()));
        }
        assertThat(said.get(0)).contains("--listen=ADDRESS", "Unix socket");
        assertThat(said.get(1)).contains("--to=ADDRESS", "HOST:PORT");
    }
}
