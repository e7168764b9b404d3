package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.client.ConnectFailedException;
import dev.tandem.client.TcpClient;
import dev.tandem.client.TcpClientBuilder;
import dev.tandem.codec.Codec;
import dev.tandem.codec.Lines;
import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.message.MessageHandler;
import dev.tandem.message.MessageService;
import dev.tandem.message.Session;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TransportChoice;
import dev.tandem.transport.TransportConfig;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Connections that are asked for: how they begin, that they are like those of a server, and why they fail. */
@OnBothTransports
class ClientTest extends EndToEnd {

    private static final ConnectionHandler SILENT = (connection, in) -> in.skipBytes(in.readableBytes());

    private TcpClient client(UnaryOperator<TcpClientBuilder> describe) {
        TcpClientBuilder builder = TcpClient.builder()
                .transport(TransportChoice.require(transport))
                .transportConfig(new TransportConfig(TransportConfig.DEFAULT.receiveBytes(), true));
        return closeAfterwards(describe.apply(builder).start());
    }

    private TcpClient client() {
        return client(builder -> builder);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static ConnectFailedException failureOf(CompletableFuture<?> future) {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        assertThatThrownBy(() -> get(future))
                .isInstanceOf(ExecutionException.class)
                .satisfies(wrapper -> thrown.set(wrapper.getCause()));
        assertThat(thrown.get()).isInstanceOf(ConnectFailedException.class);
        return (ConnectFailedException) thrown.get();
    }

    /** Keeps the text it receives. */
    private static final class Listening implements ConnectionHandler {

        private final StringBuffer heard = new StringBuffer();
        private final List<String> events = new ArrayList<>();

        @Override
        public void onOpened(Connection connection) {
            assertThat(connection.loop().inEventLoop()).isTrue();
            events.add("opened");
        }

        @Override
        public void onBytes(Connection connection, ByteBuf in) {
            heard.append(in.readCharSequence(in.readableBytes(), StandardCharsets.US_ASCII));
        }

        @Override
        public void onClosed(Connection connection, CloseReason why) {
            events.add("closed " + why);
        }
    }

    @Test
    void aClientTalksToAServerThatItKnowsByName() throws Exception {
        TcpServer server = startEcho();
        TcpClient client = client();
        Listening listening = new Listening();

        Connection connection = get(client.connect("localhost", server.port(), listening));
        connection.write("hello".getBytes(StandardCharsets.US_ASCII));

        Await.until("the echo has come", () -> listening.heard.toString().equals("hello"));
        assertThat(connection.remoteAddress()).isEqualTo(server.addresses().get(0));
        assertThat(client.connections()).isEqualTo(1);
        connection.close();
        Await.value("connections", 0, client::connections);
        assertThat(listening.events).containsExactly("opened", "closed CLOSED");
        assertThat(client.closeReasons()).isEqualTo(Map.of(CloseReason.CLOSED, 1L));
        awaitClosed(server, CloseReason.PEER_CLOSED, 1);
    }

    @Test
    void connectionsAreSpreadOverTheLoops() throws Exception {
        TcpServer server = startEcho();
        TcpClient client = client(builder -> builder.loops(2));
        List<Connection> connections = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            connections.add(get(client.connect(server.addresses().get(0), SILENT)));
        }
        assertThat(connections.stream().map(Connection::loop).distinct()).hasSize(2);
    }

    @Test
    void whereNobodyListensTheReasonSaysSo() throws Exception {
        TcpClient client = client();
        Listening listening = new Listening();
        int port = addressOfNobody().getPort();

        ConnectFailedException failure = failureOf(client.connect("127.0.0.1", port, listening));

        assertThat(failure.reason()).isEqualTo(CloseReason.CONNECT_FAILED);
        assertThat(failure).hasMessageContaining("127.0.0.1:" + port).hasMessageContaining("ECONNREFUSED");
        assertThat(failure.getCause()).isInstanceOf(TransportException.class);
        assertThat(listening.events).isEmpty();
        assertThat(client.closeReasons()).isEqualTo(Map.of(CloseReason.CONNECT_FAILED, 1L));
    }

    @Test
    void aNameThatCannotBeTheReasonSaysSo() {
        TcpClient client = client();
        // A label has at most 63 characters, so that no name server is asked.
        String name = "x".repeat(64) + ".invalid";

        ConnectFailedException failure = failureOf(client.connect(name, 1, SILENT));

        assertThat(failure.reason()).isEqualTo(CloseReason.CONNECT_FAILED);
        assertThat(failure).hasMessageContaining(name);
    }

    @Test
    void whoDoesNotAnswerIsGivenUpInTime() throws Exception {
        Duration timeout = Duration.ofMillis(300);
        TcpClient client = client(builder -> builder.connectTimeout(timeout));
        long begun = System.nanoTime();

        ConnectFailedException failure = failureOf(client.connect(silentServer(), SILENT));

        assertThat(failure.reason()).isEqualTo(CloseReason.CONNECT_TIMEOUT);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(timeout, Duration.ofSeconds(9));
        assertThat(client.closeReasons()).isEqualTo(Map.of(CloseReason.CONNECT_TIMEOUT, 1L));
    }

    /** The address of a listener whose queue is full, so that the kernel drops whoever asks for a connection. */
    private InetSocketAddress silentServer() throws IOException {
        ServerSocket listener = closeAfterwards(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        for (int i = 0; i < 2; i++) {
            closeAfterwards(new Socket(listener.getInetAddress(), listener.getLocalPort()));
        }
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    @Test
    void cancellingTheFutureGivesTheAttemptUp() throws Exception {
        TcpClient client = client();
        InetSocketAddress silent = silentServer();
        var before = Resources.descriptors();
        CompletableFuture<Connection> connecting = client.connect(silent, SILENT);

        connecting.cancel(false);

        // The loop's own descriptors are there since it started.
        Await.until("the descriptor is closed", () -> Resources.descriptors().equals(before));
        assertThat(connecting).isCancelled();
    }

    @Test
    void closingTheClientGivesAttemptsUpAndAbortsConnections() throws Exception {
        TcpServer server = startEcho();
        TcpClient client = client();
        Listening listening = new Listening();
        get(client.connect(server.addresses().get(0), listening));
        CompletableFuture<Connection> connecting = client.connect(silentServer(), SILENT);

        client.close();

        assertThat(failureOf(connecting).reason()).isEqualTo(CloseReason.ABORTED);
        assertThat(listening.events).last().asString().startsWith("closed");
        assertThat(failureOf(client.connect(server.addresses().get(0), SILENT)).reason())
                .isEqualTo(CloseReason.ABORTED);
        assertThat(client.connections()).isZero();
    }

    @Test
    void drainingDeliversWhatWasWritten() throws Exception {
        StringBuffer arrived = new StringBuffer();
        TcpServer server = start(builder -> builder.handler((connection, in) ->
                arrived.append(in.readCharSequence(in.readableBytes(), StandardCharsets.US_ASCII))));
        TcpClient client = client();
        Connection connection = get(client.connect(server.addresses().get(0), SILENT));
        String text = "0123456789".repeat(200_000);
        connection.write(text.getBytes(StandardCharsets.US_ASCII));

        assertThat(client.drain(Duration.ofSeconds(10))).isTrue();

        assertThat(client.closeReasons()).isEqualTo(Map.of(CloseReason.DRAINED, 1L));
        Await.until("everything has arrived", () -> arrived.length() == text.length());
        assertThat(arrived.toString()).isEqualTo(text);
    }

    @Test
    void aConnectionHasLimitsLikeThoseOfAServer() throws Exception {
        TcpServer server = start(builder -> builder.handler(SILENT));
        TcpClient client =
                client(builder -> builder.connectionLimits(limits -> limits.withIdle(Duration.ofMillis(500))));
        Listening listening = new Listening();

        get(client.connect(server.addresses().get(0), listening));

        Await.value("connections", 0, client::connections);
        assertThat(client.closeReasons()).isEqualTo(Map.of(CloseReason.IDLE_TIMEOUT, 1L));
        assertThat(listening.events).containsExactly("opened", "closed IDLE_TIMEOUT");
    }

    @Test
    void typedMessagesWorkBothWays() throws Exception {
        Codec<String, String> lines = Lines.lf().maxFrame(100).text();
        TcpServer server = start(builder -> builder.serve(lines, (session, line) -> "You said " + line + "."));
        TcpClient client = client();
        CompletableFuture<String> answer = new CompletableFuture<>();

        get(client.connect(server.addresses().get(0), MessageService.onLoop(lines, () -> new MessageHandler<>() {
            @Override
            public void onOpened(Session<String> session) {
                session.send("hello");
            }

            @Override
            public String onMessage(Session<String> session, String line) {
                answer.complete(line);
                return null;
            }
        })));

        assertThat(get(answer)).isEqualTo("You said hello.");
    }

    @Test
    void framesThatNoConnectionCouldReceiveAreACallersMistake() {
        TcpClient client = client();
        Codec<String, String> lines = Lines.lf().maxFrame(2 << 20).text();
        assertThatThrownBy(() -> client.connect(
                        new InetSocketAddress("127.0.0.1", 1),
                        MessageService.onLoop(lines, () -> (session, line) -> line)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("inboundMaxBytes");
    }

    @Test
    void aConnectionBesideAnotherLivesOnItsLoop() throws Exception {
        TcpServer behind = startEcho();
        TcpClient client = client(builder -> builder.loops(0));
        List<CompletableFuture<Connection>> inner = new ArrayList<>();
        List<Connection> outer = new ArrayList<>();
        TcpServer front = start(builder -> builder.handler(new ConnectionHandler() {
            @Override
            public void onOpened(Connection connection) {
                synchronized (inner) {
                    outer.add(connection);
                    inner.add(client.connectBeside(
                            connection, behind.addresses().get(0), (to, in) -> connection.write(in)));
                }
            }

            @Override
            public void onBytes(Connection connection, ByteBuf in) {
                in.skipBytes(in.readableBytes());
            }
        }));

        for (int i = 0; i < 4; i++) {
            Peer peer = connect(front);
            int number = i;
            Await.until("the server connects", () -> inner.size() == number + 1);
            Connection second = get(inner.get(i));
            assertThat(second.loop()).isSameAs(outer.get(i).loop());
            second.write("through".getBytes(StandardCharsets.US_ASCII));
            assertThat(peer.receiveText(7)).isEqualTo("through");
        }
        assertThatThrownBy(() -> client.connect(behind.addresses().get(0), SILENT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("loops");
        front.close();
        Await.value("connections whose loop has ended", 0, client::connections);
    }

    @Test
    void drainingOnALoopOfItsOwnIsRefused() throws Exception {
        TcpServer server = startEcho();
        TcpClient client = client();
        Connection connection = get(client.connect(server.addresses().get(0), SILENT));
        CompletableFuture<Void> refused = new CompletableFuture<>();
        connection.loop().execute(() -> {
            try {
                client.drain(Duration.ZERO);
                refused.complete(null);
            } catch (IllegalStateException expected) {
                refused.completeExceptionally(expected);
            }
        });
        assertThatThrownBy(() -> get(refused)).hasCauseInstanceOf(IllegalStateException.class);
    }
}
