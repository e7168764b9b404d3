package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.examples.http.Http;
import dev.tandem.server.TcpServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The example http: Netty's HTTP/1.1 and WebSocket handlers, with the JDK's client and with bytes by hand. */
@OnBothTransports
class HttpTest extends EndToEnd {

    /** One for all tests, because the descriptors of its selector stay. */
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Await.PATIENCE)
            .build();

    private TcpServer server;

    @BeforeEach
    void startHttp() {
        server = start(builder -> Http.describe(builder).connectionLimits(l -> l.withIdle(Duration.ofSeconds(60))));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Await.PATIENCE);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    // ---- HTTP ----

    @Test
    void aPageIsServedAndTheConnectionKept() throws Exception {
        for (int i = 0; i < 20; i++) {
            HttpResponse<String> page = send(request("/"));

            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
            assertThat(page.body()).contains("<h1>Tandem</h1>", "/echo");
        }
        assertThat(server.opened()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"GET, /plaintext?x=1, 200", "GET, /none, 404", "POST, /, 405", "HEAD, /, 200", "HEAD, /none, 404"})
    void everyRequestHasItsStatus(String method, String path, int status) throws Exception {
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> response =
                    send(request(path).method(method, HttpRequest.BodyPublishers.ofString("ignored")));

            assertThat(response.statusCode()).isEqualTo(status);
            assertThat(response.body().isEmpty()).isEqualTo(method.equals("HEAD"));
        }
        assertThat(server.opened()).isEqualTo(1);
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        StringBuilder requests = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            boolean there = i % 3 != 0;
            requests.append("GET /").append(there ? "plaintext" : "none").append(" HTTP/1.1\r\nHost: x\r\n\r\n");
            expected.append(there ? "Hello, World!" : "There is no such page.\n");
        }
        Peer peer = connect(server);
        peer.send(requests.toString()).finishSending();
        String answers = new String(peer.receiveToEnd(), StandardCharsets.US_ASCII);

        assertThat(answers.replaceAll("(?s)HTTP/1.1 .*?\r\n\r\n", "")).isEqualTo(expected.toString());
    }

    @Test
    void aRequestMayComeByteByByte() throws Exception {
        Peer peer = connect(server);
        for (char each : "GET /plaintext HTTP/1.1\r\nHost: x\r\n\r\n".toCharArray()) {
            peer.send(String.valueOf(each));
        }

        assertThat(receiveAnswer(peer)).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nHello, World!");
    }

    private static String receiveAnswer(Peer peer) throws IOException {
        StringBuilder answer = new StringBuilder();
        while (!answer.toString().endsWith("Hello, World!")) {
            answer.append(peer.receiveText(1));
        }
        return answer.toString();
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.1, Connection: close", "HTTP/1.0, Accept: */*"})
    void theConnectionIsClosedForAClientThatWantsOneAnswer(String version, String header) throws Exception {
        Peer peer = connect(server);
        peer.send("GET /plaintext " + version + "\r\nHost: x\r\n" + header + "\r\n\r\n");

        assertThat(peer.receiveToEnd()).asString().contains("connection: close").endsWith("\r\n\r\nHello, World!");
        peer.close();
        awaitClosed(server, CloseReason.CLOSED, 1);
    }

    @Test
    void whatIsNoRequestIsRefusedAndTheConnectionClosed() throws Exception {
        Peer peer = connect(server);
        peer.send("SSH-2.0-OpenSSH_9.2\r\n\r\n");

        assertThat(peer.receiveToEnd()).asString().startsWith("HTTP/1.1 400 Bad Request\r\n");
    }

    @Test
    void aRequestThatIsTooLargeIsRefused() throws Exception {
        Peer peer = connect(server);
        peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n");

        assertThat(peer.receiveText(12)).isEqualTo("HTTP/1.1 413");
    }

    @Test
    void aDrainEndsKeptConnections() throws Exception {
        send(request("/"));

        assertThat(server.drain().aborted()).isZero();
        assertThat(server.closeReasons()).isEqualTo(Map.of(CloseReason.DRAINED, 1L));
    }

    // ---- WebSocket ----

    /** Puts messages, and the code of the close, into a queue. */
    private static final class Listener implements WebSocket.Listener {

        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private int binaryBytes;

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                heard.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            binaryBytes += data.remaining();
            if (last) {
                heard.add(binaryBytes + " bytes");
                binaryBytes = 0;
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            heard.add("pong " + StandardCharsets.US_ASCII.decode(message));
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            heard.add("closed " + code);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            heard.add(error.toString());
        }

        String next() throws InterruptedException {
            return heard.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private WebSocket connectWebSocket(Listener listener) throws Exception {
        return CLIENT.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + server.port() + "/echo"), listener)
                .get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void aWebSocketSendsBackEveryMessage() throws Exception {
        Listener listener = new Listener();
        WebSocket socket = connectWebSocket(listener);
        socket.sendText("hello", true).get();
        assertThat(listener.next()).isEqualTo("hello");
        socket.sendBinary(ByteBuffer.allocate(60_000), true).get();
        assertThat(listener.next()).isEqualTo("60000 bytes");
        socket.sendText("in ", false).get();
        socket.sendText("parts", true).get();
        assertThat(listener.next()).isEqualTo("in parts");
        socket.sendPing(ByteBuffer.wrap("x".getBytes())).get();
        assertThat(listener.next()).isEqualTo("pong x");
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get();
        assertThat(listener.next()).isEqualTo("closed 1000");
        Await.value("connections", 0, server::connections);
    }

    @Test
    void aWebSocketAndRequestsMayShareTheServer() throws Exception {
        Listener listener = new Listener();
        WebSocket socket = connectWebSocket(listener);
        for (int i = 0; i < 100; i++) {
            socket.sendText("message " + i, true).get();
            assertThat(send(request("/plaintext")).body()).isEqualTo("Hello, World!");
            assertThat(listener.next()).isEqualTo("message " + i);
        }
        socket.abort();
    }

    @Test
    void aDrainTellsWebSocketsThatTheServerGoesAway() throws Exception {
        Listener listener = new Listener();
        connectWebSocket(listener);

        assertThat(server.drain().aborted()).isZero();
        assertThat(listener.next()).isEqualTo("closed 1001");
    }
}
