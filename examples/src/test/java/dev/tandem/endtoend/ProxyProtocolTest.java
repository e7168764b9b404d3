package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.proxyprotocol.ProxyProtocol;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listeners behind a load balancer, which a plain socket plays here: whom they believe, and what they refuse. */
@OnBothTransports
class ProxyProtocolTest extends EndToEnd {

    private static final String LINE = "PROXY TCP4 192.0.2.1 198.51.100.2 4711 443\r\n";
    private static final byte[] BINARY = HexFormat.of()
            .parseHex("0d0a0d0a000d0a515549540a" + "2111000c" + "c0000201" + "c6336402" + "1267" + "01bb");
    private static final byte[] LOCAL = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + "20000000");

    private final List<String> seen = new CopyOnWriteArrayList<>();

    /** Echoes, and notes who is at the other end. */
    private final class Noting implements ConnectionHandler {

        @Override
        public void onOpened(Connection connection) {
            seen.add(connection.remoteAddress() + " at " + connection.localAddress() + " through "
                    + connection.proxyAddress().map(Object::toString).orElse("nobody"));
        }

        @Override
        public void onBytes(Connection connection, ByteBuf in) {
            connection.write(in);
        }
    }

    private TcpServer behind(ProxyProtocol protocol, UnaryOperator<TcpServerBuilder> describe) {
        return start(builder -> describe.apply(builder.handlerPerConnection(Noting::new)), protocol);
    }

    private TcpServer behind(ProxyProtocol protocol) {
        return behind(protocol, builder -> builder);
    }

    private TcpServer behindLoopback() {
        return behind(ProxyProtocol.from("127.0.0.0/8"));
    }

    @Test
    void theConnectionHasTheClientsAddress() throws Exception {
        TcpServer server = behindLoopback();
        Peer line = connect(server).send(LINE + "one");
        assertThat(line.receiveText(3)).isEqualTo("one");
        Peer binary = connect(server).send(BINARY).send("two");
        assertThat(binary.receiveText(3)).isEqualTo("two");
        assertThat(seen)
                .hasSize(2)
                .allSatisfy(
                        who -> assertThat(who).startsWith("/192.0.2.1:4711 at /198.51.100.2:443 through /127.0.0.1:"));
    }

    @Test
    void theHeaderMayComeByteByByteAndTheRestWithItsEnd() throws Exception {
        TcpServer server = behindLoopback();
        for (byte[] header : List.of(LINE.getBytes(StandardCharsets.US_ASCII), BINARY)) {
            Peer peer = connect(server);
            for (int i = 0; i < header.length - 1; i++) {
                peer.send(new byte[] {header[i]});
            }
            byte[] end = {header[header.length - 1], 'o', 'k'};
            peer.send(end);
            assertThat(peer.receiveText(2)).isEqualTo("ok");
        }
        assertThat(seen).hasSize(2);
    }

    @Test
    void manyBytesPassUnchangedBehindTheHeader() throws Exception {
        TcpServer server = behindLoopback();
        Peer peer = connect(server).send(BINARY);
        byte[] much = new byte[4 << 20];
        new Random(1).nextBytes(much);
        Thread sender = new Thread(() -> send(peer, much));
        sender.start();
        assertThat(peer.receive(much.length)).isEqualTo(much);
        sender.join();
    }

    private static void send(Peer peer, byte[] bytes) {
        try {
            peer.send(bytes).finishSending();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoPausesAtOnceGetsWhatCameWithTheHeaderLater() throws Exception {
        List<Connection> opened = new CopyOnWriteArrayList<>();
        StringBuffer heard = new StringBuffer();
        TcpServer server = start(
                builder -> builder.handler(new ConnectionHandler() {
                    @Override
                    public void onOpened(Connection connection) {
                        connection.pauseReading();
                        opened.add(connection);
                    }

                    @Override
                    public void onBytes(Connection connection, ByteBuf in) {
                        heard.append(in.readCharSequence(in.readableBytes(), StandardCharsets.US_ASCII));
                    }
                }),
                ProxyProtocol.from("127.0.0.1"));
        Peer peer = connect(server).send(LINE + "early");
        Await.until("the connection is open", () -> opened.size() == 1);
        peer.send(" and late");
        assertThat(heard).isEmpty();
        opened.get(0).loop().execute(opened.get(0)::resumeReading);
        Await.until("everything is heard", () -> heard.toString().equals("early and late"));
        // One that is closed while it holds such bytes gives them back.
        connect(server).send(LINE + "never heard");
        Await.until("the connection is open", () -> opened.size() == 2);
        opened.get(1).abort();
    }

    @Test
    void aLoadBalancerThatSpeaksForItselfIsThePeer() throws Exception {
        TcpServer server = behindLoopback();
        Peer peer = connect(server).send(LOCAL);
        peer.echo("health");
        assertThat(seen).hasSize(1).first().asString().startsWith("/127.0.0.1:").endsWith("through nobody");
    }

    @Test
    void whatHasNoHeaderIsRefusedWithOneLine() throws Exception {
        TcpServer server = behindLoopback();
        long begun = System.nanoTime();
        for (String first : List.of("GET / HTTP/1.1\r\n", "PROXY TCP4 \u001b[31m\r\n", "\0\0\0\0")) {
            assertThat(connect(server).send(first).seesReset()).isTrue();
        }
        awaitClosed(server, CloseReason.BAD_PROXY_HEADER, 3);
        assertThat(server.opened()).isZero();
        // One a second.
        int linesMax = 1 + (int) Duration.ofNanos(System.nanoTime() - begun).toSeconds();
        assertThat(Logs.with("BAD_PROXY_HEADER"))
                .hasSizeBetween(1, linesMax)
                .allSatisfy(line -> assertThat(line).matches("[ -~]*"));
    }

    @Test
    void aHeaderThatIsNotCompleteInTimeIsRefused() throws Exception {
        TcpServer server = behind(ProxyProtocol.from("127.0.0.1").deadline(Duration.ofMillis(500)));
        Peer silent = connect(server);
        assertThat(isReset(server, "PROXY TCP4 ")).isTrue();
        assertThat(silent.seesReset()).isTrue();
        awaitClosed(server, CloseReason.BAD_PROXY_HEADER, 2);
    }

    @Test
    void whoIsNotTrustedIsRefusedWhateverItSends() throws Exception {
        TcpServer server = behind(ProxyProtocol.from("192.0.2.0/24", "127.0.0.2"));
        assertThat(isReset(server, LINE)).isTrue();
        awaitClosed(server, CloseReason.BAD_PROXY_HEADER, 1);
        Peer trusted = closeAfterwards(Peer.connectFrom("127.0.0.2", server.port()));
        trusted.send(LINE).echo("hello");
    }

    /** Whether a client that begins with this is reset, maybe before it has sent it or knows that it is connected. */
    private boolean isReset(TcpServer server, String first) throws IOException {
        try {
            return connect(server).send(first).seesReset();
        } catch (SocketException reset) {
            return true;
        } catch (UncheckedIOException e) {
            return e.getCause() instanceof SocketException;
        }
    }

    /** Of a connection that was reset the kernel no longer knows the peer, and still has what it sent. */
    @Test
    void whoIsNotTrustedIsNotHeardAlsoIfItIsGoneWhenItIsAccepted() throws Exception {
        CompletableFuture<Void> busy = new CompletableFuture<>();
        CountDownLatch blocked = new CountDownLatch(1);
        List<String> heard = new CopyOnWriteArrayList<>();
        TcpServer server = behind(
                ProxyProtocol.from("192.0.2.0/24"),
                builder -> builder.loops(1).listen(0).handler(new ConnectionHandler() {
                    @Override
                    public void onOpened(Connection connection) {
                        heard.add("opened " + connection.remoteAddress());
                    }

                    @Override
                    public void onBytes(Connection connection, ByteBuf in) {
                        heard.add(in.readCharSequence(in.readableBytes(), StandardCharsets.US_ASCII)
                                .toString());
                        blocked.countDown();
                        busy.join();
                    }
                }));
        closeAfterwards(Peer.connect(((InetSocketAddress) server.addresses().get(1)).getPort()))
                .send("wait");
        blocked.await();
        List<String> before = List.copyOf(heard);

        connect(server).send(LINE + "delete everything").reset();
        busy.complete(null);

        Await.until("it is refused", () -> !server.closeReasons().isEmpty());
        assertThat(heard).isEqualTo(before);
        assertThat(server.closeReasons()).containsOnlyKeys(CloseReason.PEER_RESET);
    }

    @Test
    void aHealthCheckThatOnlyConnectsIsNothingToLog() throws Exception {
        TcpServer server = behindLoopback();
        connect(server).finishSending().awaitEnd();
        connect(server).reset();
        Await.until(
                "both are gone",
                () -> server.closeReasons().values().stream()
                                .mapToLong(Long::longValue)
                                .sum()
                        == 2);
        assertThat(server.closeReasons()).containsOnlyKeys(CloseReason.PEER_CLOSED, CloseReason.PEER_RESET);
        assertThat(Logs.with("WARN")).isEmpty();
    }

    @Test
    void aServerThatDrainsDoesNotWaitForHeaders() throws Exception {
        TcpServer server = behindLoopback();
        Peer silent = connect(server);
        connect(server).send(LINE).echo("hello");
        long begun = System.nanoTime();
        Thread drain = new Thread(() -> server.drain(Duration.ofSeconds(15)));
        drain.start();
        assertThat(silent.receiveToEnd()).isEmpty();
        silent.close();
        drain.join();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void limitsPerAddressAreThoseOfClients() throws Exception {
        TcpServer server =
                behind(ProxyProtocol.from("127.0.0.1"), builder -> builder.limits(limits -> limits.withPerAddress(2)));
        for (int i = 1; i <= 5; i++) {
            connect(server)
                    .send("PROXY TCP4 192.0.2." + i + " 198.51.100.2 4711 443\r\n")
                    .echo("hello");
        }
        connect(server).send("PROXY TCP4 192.0.2.1 198.51.100.2 4712 443\r\n").echo("second");
        assertThat(connect(server)
                        .send("PROXY TCP4 192.0.2.1 198.51.100.2 4713 443\r\n")
                        .seesReset())
                .isTrue();
        awaitClosed(server, CloseReason.LIMIT, 1);
    }

    @Test
    void aUnixSocketIsTrustedByItsMode(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("sock");
        start(builder -> builder.listen(path, ProxyProtocol.from("192.0.2.1")).handlerPerConnection(Noting::new));
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(path));
            client.write(ByteBuffer.wrap((LINE + "x").getBytes(StandardCharsets.US_ASCII)));
            client.read(ByteBuffer.allocate(1));
        }
        assertThat(seen).hasSize(1).first().asString().startsWith("/192.0.2.1:4711");
    }
}
