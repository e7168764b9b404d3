package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.server.TcpServer;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that listen on Unix domain sockets, alone or beside a port. */
@OnBothTransports
class UnixSocketTest extends EndToEnd {

    @TempDir
    private Path directory;

    private static String echo(Path path, String text) throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            client.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
            client.shutdownOutput();
            ByteBuffer answer = ByteBuffer.allocate(1000);
            while (client.read(answer) >= 0) {
                // To the end.
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void aServerListensOnAPortAndAPath() throws Exception {
        Path path = directory.resolve("echo");
        TcpServer server = start(builder -> builder.listen(path).handler((connection, in) -> connection.write(in)));
        assertThat(server.addresses()).hasSize(2).contains(UnixDomainSocketAddress.of(path));
        assertThat(echo(path, "over the path")).isEqualTo("over the path");
        connect(server).echo("over the port");
        assertThat(server.describe()).contains(path.toString());
        assertThat(server.port()).isPositive();

        server.drain(Duration.ofSeconds(5));

        assertThat(path).doesNotExist();
        assertThat(server.closeReasons()).doesNotContainKeys(CloseReason.HANDLER_FAILED);
    }

    @Test
    void aHandlerKnowsWhoIsAtTheOtherEnd() throws Exception {
        Path path = directory.resolve("who");
        List<String> seen = new ArrayList<>();
        TcpServer server = start(builder -> builder.listenOptions(options -> options.withSocketFileMode("rw-rw-rw-"))
                .listen(path)
                .handler(new ConnectionHandler() {
                    @Override
                    public void onOpened(Connection connection) {
                        seen.add(connection
                                .peerCredentials()
                                .map(peer -> "pid " + peer.pid())
                                .orElse("nobody known"));
                        seen.add(String.valueOf(connection.localAddress()));
                    }

                    @Override
                    public void onBytes(Connection connection, ByteBuf in) {
                        connection.write(in);
                    }
                }));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-rw-rw-");
        echo(path, "hello");
        assertThat(seen).containsExactly("pid " + ProcessHandle.current().pid(), path.toString());
        awaitClosed(server, CloseReason.PEER_CLOSED, 1);
    }

    @Test
    void aPathThatIsInUseStartsNothing() throws Exception {
        Path path = directory.resolve("twice");
        start(builder -> builder.listen(path).handler((connection, in) -> connection.write(in)));
        assertThatThrownBy(() -> TcpServer.builder()
                        .listen(path)
                        .handler((connection, in) -> {})
                        .start())
                .isInstanceOf(TransportException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining("Another server listens there");
        assertThat(echo(path, "still there")).isEqualTo("still there");
    }
}
