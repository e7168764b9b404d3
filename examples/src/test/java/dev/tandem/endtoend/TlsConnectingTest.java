package dev.tandem.endtoend;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.client.ConnectFailedException;
import dev.tandem.client.TcpClient;
import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TransportChoice;
import dev.tandem.tls.ClientTls;
import dev.tandem.tls.Tls;
import dev.tandem.tls.TlsFileException;
import dev.tandem.transport.TlsSession;
import dev.tandem.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections that are asked for, with TLS: who is trusted, and what becomes of the others. */
@OnBothTransports
class TlsConnectingTest extends TlsEndToEnd {

    private static final ConnectionHandler SILENT = (connection, in) -> in.skipBytes(in.readableBytes());

    private TcpClient client;
    private ClientTls toLocalhost;

    @BeforeEach
    void startClient() throws IOException {
        client = closeAfterwards(TcpClient.builder()
                .transport(TransportChoice.require(transport))
                .transportConfig(new TransportConfig(TransportConfig.DEFAULT.receiveBytes(), true))
                .start());
        toLocalhost = ClientTls.to("localhost")
                .withAuthorities(Authority.TRUSTED.file(directory))
                .withProvider(SslProvider.JDK);
    }

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private ConnectFailedException failureOf(SocketServer server, ClientTls tls) {
        try {
            get(client.connect(at(server.port()), SILENT, tls));
            throw new AssertionError("The connection was made.");
        } catch (ExecutionException e) {
            return (ConnectFailedException) e.getCause();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private interface SocketServer {
        int port();
    }

    private static final class Listening implements ConnectionHandler {

        private final StringBuffer heard = new StringBuffer();

        @Override
        public void onBytes(Connection connection, ByteBuf in) {
            heard.append(in.readCharSequence(in.readableBytes(), US_ASCII));
        }
    }

    /** Sends a megabyte there and back. */
    private static void exchange(Connection connection, Listening listening) {
        String text = "0123456789abcdef".repeat(1 << 16);
        connection.write(text.getBytes(US_ASCII));
        Await.until("the echo has come", () -> listening.heard.length() >= text.length());
        assertThat(listening.heard.toString()).isEqualTo(text);
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"JDK", "OPENSSL"})
    void aClientTalksToAServerThatItTrusts(SslProvider provider) throws Exception {
        // Only a name with a dot is asked for by the JDK.
        Authority.PemFiles files = Authority.write(directory, "server", Authority.TRUSTED.issue("server.test"));
        TcpServer server = startEcho(Tls.pem(files.chain(), files.key()).withApplicationProtocols("kv/1"));
        Listening listening = new Listening();
        ClientTls tls = ClientTls.to("server.test")
                .withAuthorities(Authority.TRUSTED.file(directory))
                .withApplicationProtocols("kv/2", "kv/1")
                .withProvider(provider);

        Connection connection = get(client.connect(at(server.port()), listening, tls));
        exchange(connection, listening);

        TlsSession session = connection.tls().orElseThrow();
        assertThat(session.protocol()).isEqualTo("TLSv1.3");
        assertThat(session.applicationProtocol()).contains("kv/1");
        assertThat(session.peerName()).contains("CN=server.test");
        assertThat(sessions.remove().serverName()).contains("server.test");
        connection.close();
        Await.value("connections", 0, client::connections);
        assertThat(awaitEnd()).isEqualTo("PEER_CLOSED after the peer finished");
        assertThat(client.closeReasons()).isEqualTo(Map.of(CloseReason.CLOSED, 1L));
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3, JDK", "TLSv1.2, JDK", "TLSv1.3, OPENSSL", "TLSv1.2, OPENSSL"})
    void opensslIsAServerLikeAnyOther(String version, SslProvider provider) throws Exception {
        Authority.PemFiles files = Authority.write(directory, "openssl", Authority.TRUSTED.issue("localhost"));
        try (OpenSslServer server = OpenSslServer.start(files, version.equals("TLSv1.3") ? "-tls1_3" : "-tls1_2")) {
            Listening listening = new Listening();
            Connection connection =
                    get(client.connect(at(server.port()), listening, toLocalhost.withProvider(provider)));

            assertThat(connection.tls().orElseThrow().protocol()).isEqualTo(version);
            // It sends back each line with its characters in reverse order.
            connection.write("hello\nand again\n".getBytes(US_ASCII));
            Await.until("the answer has come", () -> listening.heard.toString().equals("olleh\nniaga dna\n"));
            connection.close();
            Await.value("connections", 0, client::connections);
        }
    }

    @Test
    void manyConnectionsShareALayerThatIsDescribedTheSameWay() throws Exception {
        TcpServer server = startEcho(localhost());
        for (int i = 0; i < 20; i++) {
            ClientTls again = ClientTls.to("localhost")
                    .withAuthorities(Authority.TRUSTED.file(directory))
                    .withProvider(SslProvider.JDK);
            get(client.connect(at(server.port()), SILENT, again));
        }

        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals("tandem-tls-files")))
                .hasSize(2);
    }

    @Test
    void aClientShowsItsCertificate() throws Exception {
        TcpServer server = startEcho(localhost().withRequiredClientCertificates(Authority.TRUSTED.file(directory)));
        X509Bundle own = Authority.TRUSTED.issue(
                builder -> builder.ecp256().subject("CN=client").addExtendedKeyUsageClientAuth());
        Authority.PemFiles files = Authority.write(directory, "client", own);
        Listening listening = new Listening();

        Connection connection = get(
                client.connect(at(server.port()), listening, toLocalhost.withCertificate(files.chain(), files.key())));
        exchange(connection, listening);

        assertThat(sessions.remove().peerName()).contains("CN=client");
    }

    /** In TLS 1.3 a client that shows nothing is established before the server has looked. */
    @Test
    void whoShowsNoCertificateThoughOneIsRequiredIsClosedWithTheReason() throws Exception {
        TcpServer server = startEcho(localhost().withRequiredClientCertificates(Authority.TRUSTED.file(directory)));

        get(client.connect(at(server.port()), SILENT, toLocalhost));

        Await.value("connections", 0, client::connections);
        assertThat(client.closeReasons()).isEqualTo(Map.of(CloseReason.TLS_FAILED, 1L));
        awaitClosed(server, CloseReason.HANDSHAKE_FAILED, 1);
    }

    // ---- Who is not trusted ----

    private SocketServer serverThatShows(X509Bundle bundle) throws IOException {
        Authority.PemFiles files = Authority.write(directory, "shown", bundle);
        return startEcho(Tls.pem(files.chain(), files.key()))::port;
    }

    private void assertNotTrusted(X509Bundle shown, String because) throws Exception {
        for (SslProvider provider : List.of(SslProvider.JDK, SslProvider.OPENSSL)) {
            ConnectFailedException failure = failureOf(serverThatShows(shown), toLocalhost.withProvider(provider));
            assertThat(failure.reason()).isEqualTo(CloseReason.HANDSHAKE_FAILED);
            assertThat(failure).hasMessageStartingWith("The connection to ").hasMessageContaining(because);
        }
        Await.value("failures", 2L, () -> client.closeReasons().get(CloseReason.HANDSHAKE_FAILED));
        assertThat(client.connections()).isZero();
    }

    @Test
    void aCertificateForAnotherNameIsNotTrusted() throws Exception {
        assertNotTrusted(Authority.TRUSTED.issue("other.test"), "localhost");
    }

    @Test
    void anExpiredCertificateIsNotTrusted() throws Exception {
        assertNotTrusted(
                Authority.TRUSTED.issue(builder -> builder.ecp256()
                        .subject("CN=localhost")
                        .addSanDnsName("localhost")
                        .notBefore(Instant.parse("2020-01-01T00:00:00Z"))
                        .notAfter(Instant.parse("2020-01-02T00:00:00Z"))),
                "2020");
    }

    @Test
    void anAuthorityThatIsNotKnownIsNotTrusted() throws Exception {
        assertNotTrusted(new Authority("CN=stranger").issue("localhost"), "certification path");
    }

    @Test
    void authoritiesOfTheJdkAreTheDefaultAndKnowNoTestAuthority() throws Exception {
        ConnectFailedException failure =
                failureOf(serverThatShows(Authority.TRUSTED.issue("localhost")), ClientTls.to("localhost"));

        assertThat(failure.reason()).isEqualTo(CloseReason.HANDSHAKE_FAILED);
    }

    @Test
    void aFileThatCannotBeReadIsTheCallersMistake() {
        Path missing = directory.resolve("missing.pem");

        assertThatThrownBy(() -> client.connect(at(1), SILENT, toLocalhost.withAuthorities(missing)))
                .isInstanceOf(TlsFileException.class)
                .hasMessage(missing + ": does not exist.");
        assertThat(client.closeReasons()).isEmpty();
    }

    // ---- Who does not speak TLS ----

    private ServerSocket listen() throws IOException {
        return closeAfterwards(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()));
    }

    @Test
    void aServerThatDoesNotAnswerIsGivenUpAtTheDeadlineOfTheHandshake() throws Exception {
        ServerSocket silent = listen();
        Duration timeout = Duration.ofMillis(500);
        long begun = System.nanoTime();

        ConnectFailedException failure = failureOf(silent::getLocalPort, toLocalhost.withHandshakeTimeout(timeout));

        assertThat(failure.reason()).isEqualTo(CloseReason.HANDSHAKE_FAILED);
        assertThat(failure).hasMessageContaining("in time");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(timeout, timeout.multipliedBy(10));
        // The socket is closed, not forgotten.
        try (Socket accepted = silent.accept()) {
            accepted.setSoTimeout((int) Await.PATIENCE.toMillis());
            assertThat(accepted.getInputStream().readAllBytes()).startsWith(0x16);
        }
    }

    @Test
    void aServerOfPlainTextIsNotTlss() throws Exception {
        TcpServer plain = start(builder -> builder.handler(new ConnectionHandler() {
            @Override
            public void onOpened(Connection connection) {
                connection.write("220 mail.example.org ready\r\n".getBytes(US_ASCII));
            }

            @Override
            public void onBytes(Connection connection, ByteBuf in) {
                in.skipBytes(in.readableBytes());
            }
        }));

        assertThat(failureOf(plain::port, toLocalhost).reason()).isEqualTo(CloseReason.HANDSHAKE_FAILED);
        Await.value("connections of the server", 0, plain::connections);
    }

    @Test
    void aServerThatLeavesDuringTheHandshakeHasFailedIt() throws Exception {
        ServerSocket leaving = listen();
        CompletableFuture<Connection> connecting = client.connect(leaving.getLocalSocketAddress(), SILENT, toLocalhost);
        try (Socket accepted = leaving.accept()) {
            accepted.getInputStream().readNBytes(100);
            accepted.shutdownOutput();
            assertThatThrownBy(() -> get(connecting))
                    .hasCauseInstanceOf(ConnectFailedException.class)
                    .hasMessageContaining("it left during the handshake");
        }
        assertThat(client.closeReasons()).isEqualTo(Map.of(CloseReason.HANDSHAKE_FAILED, 1L));
    }

    // ---- Who changes their mind ----

    @Test
    void cancellingTheFutureBreaksTheHandshakeOff() throws Exception {
        breakOff(connecting -> connecting.cancel(false));
    }

    @Test
    void closingTheClientBreaksTheHandshakeOff() throws Exception {
        CompletableFuture<Connection> connecting = breakOff(ignored -> client.close());
        assertThatThrownBy(() -> get(connecting))
                .cause()
                .isInstanceOfSatisfying(
                        ConnectFailedException.class,
                        failure -> assertThat(failure.reason()).isEqualTo(CloseReason.ABORTED));
    }

    /** Connects to a server that is silent in the handshake, and which sees the end when it is broken off. */
    private CompletableFuture<Connection> breakOff(Consumer<CompletableFuture<Connection>> action) throws IOException {
        ServerSocket silent = listen();
        CompletableFuture<Connection> connecting = client.connect(silent.getLocalSocketAddress(), SILENT, toLocalhost);
        try (Socket accepted = silent.accept()) {
            accepted.setSoTimeout((int) Await.PATIENCE.toMillis());
            accepted.getInputStream().readNBytes(100);
            action.accept(connecting);
            assertThat(hasEnded(accepted)).isTrue();
        }
        return connecting;
    }

    private static boolean hasEnded(Socket socket) {
        try {
            socket.getInputStream().readAllBytes();
            return true;
        } catch (java.net.SocketTimeoutException stillThere) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void aServerConnectsWithTlsBesideItsOwnConnections() throws Exception {
        TcpServer behind = startEcho(localhost());
        TcpServer front = start(builder -> builder.handlerPerConnection(() -> new ConnectionHandler() {

            private Connection inner;

            @Override
            public void onOpened(Connection connection) {
                client.connectBeside(connection, at(behind.port()), (to, in) -> connection.write(in), toLocalhost)
                        .thenAccept(opened -> {
                            inner = opened;
                            connection.write("ready\n".getBytes(US_ASCII));
                        });
            }

            @Override
            public void onBytes(Connection connection, ByteBuf in) {
                inner.write(in);
            }
        }));

        Peer peer = connect(front);
        assertThat(peer.receiveText(6)).isEqualTo("ready\n");
        peer.echo("through");
        front.close();
        Await.value("connections of the client", 0, client::connections);
    }

    @Test
    void aServerThatEndsTellsWhoeverConnectsBesideItsConnections() throws Exception {
        ServerSocket silent = listen();
        CompletableFuture<CompletableFuture<Connection>> asked = new CompletableFuture<>();
        TcpServer front = start(builder -> builder.handler(new ConnectionHandler() {
            @Override
            public void onOpened(Connection connection) {
                asked.complete(client.connectBeside(connection, silent.getLocalSocketAddress(), SILENT, toLocalhost));
            }

            @Override
            public void onBytes(Connection connection, ByteBuf in) {
                in.skipBytes(in.readableBytes());
            }
        }));
        connect(front);
        CompletableFuture<Connection> connecting = get(asked);
        try (Socket accepted = silent.accept()) {
            accepted.getInputStream().readNBytes(100);
            front.close();
        }

        assertThatThrownBy(() -> get(connecting))
                .cause()
                .isInstanceOfSatisfying(
                        ConnectFailedException.class,
                        failure -> assertThat(failure.reason()).isEqualTo(CloseReason.ABORTED));
        assertThat(client.closeReasons()).isEqualTo(Map.of(CloseReason.ABORTED, 1L));
    }
}
