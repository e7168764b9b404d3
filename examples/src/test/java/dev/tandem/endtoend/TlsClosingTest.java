package dev.tandem.endtoend;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.proxyprotocol.ProxyProtocol;
import dev.tandem.server.DrainReport;
import dev.tandem.server.TcpServer;
import io.netty.buffer.ByteBuf;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Either end may finish, close or break off, and the other one knows which it was. */
@OnBothTransportsAndProviders
class TlsClosingTest extends TlsEndToEnd {

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aConnectionClosedByTheServerEndsWithTheWordThatItDoes(String version) throws Exception {
        TcpServer server = startSecured(builder -> builder.handler((connection, in) -> {
            connection.write(in);
            connection.close();
        }));
        TlsPeer peer = connect(new TlsClient().protocol(version), server);

        // The JDK would throw if it were missing.
        assertThat(peer.send("bye").receiveToEnd()).asString().isEqualTo("bye");
        peer.close();
        awaitClosed(server, CloseReason.CLOSED, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aConnectionFinishedByTheClientIsAnsweredWithTheSameWord(String version) throws Exception {
        TcpServer server = startEcho(localhost());
        TlsPeer peer = connect(new TlsClient().protocol(version), server);
        peer.echo("hello");
        peer.finishSending();

        assertThat(peer.receiveToEnd()).isEmpty();
        assertThat(awaitEnd()).isEqualTo("PEER_CLOSED after the peer finished");
    }

    @Test
    void inTls13TheServerAnswersAfterTheClientHasFinished() throws Exception {
        assumeFalse(isOpenSsl(), "OpenSSL's engine closes both directions, as docs/tls.md says.");
        CompletableFuture<Connection> finished = new CompletableFuture<>();
        TcpServer server = startReadingToTheEnd(finished);
        TlsPeer peer = connect(new TlsClient().protocol("TLSv1.3"), server);
        peer.send("question").finishSending();

        byte[] answer = new byte[1 << 20];
        ThreadLocalRandom.current().nextBytes(answer);
        Connection connection = finished.get(20, TimeUnit.SECONDS);
        connection.write(answer);
        connection.close();

        assertThat(peer.receiveToEnd()).isEqualTo(answer);
        awaitClosed(server, CloseReason.PEER_CLOSED, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void whatIsAnsweredAtOnceReachesAClientThatFinishesWithItsQuestion(String version) throws Exception {
        assumeFalse(isOpenSsl() && version.equals("TLSv1.3"), "OpenSSL's engine loses it, as docs/tls.md says.");
        TcpServer server = startEcho(localhost());
        EnginePeer peer = closeAfterwards(new EnginePeer(new TlsClient().protocol(version), server.port()));
        peer.handshake().below().send(peer.seal("hello".getBytes(US_ASCII)));
        assertThat(peer.receive(5)).asString().isEqualTo("hello");
        byte[] question = peer.seal("question".getBytes(US_ASCII));
        byte[] end = peer.sealEnd();
        byte[] both = new byte[question.length + end.length];
        System.arraycopy(question, 0, both, 0, question.length);
        System.arraycopy(end, 0, both, question.length, end.length);
        peer.below().send(both);

        assertThat(peer.receive(8)).asString().isEqualTo("question");
        assertThat(awaitEnd()).isEqualTo("PEER_CLOSED after the peer finished");
    }

    /** A server that skips what it is sent, and hands out the connection whose peer has finished. */
    private TcpServer startReadingToTheEnd(CompletableFuture<Connection> finished) throws IOException {
        return startSecured(builder -> builder.handler(new ConnectionHandler() {
            @Override
            public void onBytes(Connection connection, ByteBuf in) {
                in.skipBytes(in.readableBytes());
            }

            @Override
            public void onPeerFinished(Connection connection) {
                finished.complete(connection);
            }
        }));
    }

    @Test
    void inTls12AClientThatHasFinishedIsGoneForLaterAnswers() throws Exception {
        CompletableFuture<Connection> finished = new CompletableFuture<>();
        TcpServer server = startReadingToTheEnd(finished);
        TlsPeer peer = connect(new TlsClient().protocol("TLSv1.2"), server);
        peer.send("question").finishSending();
        finished.get(20, TimeUnit.SECONDS).write("answer".getBytes(US_ASCII));

        awaitClosed(server, CloseReason.PEER_RESET, 1);
    }

    @Test
    void aServerThatFinishesStillListens() throws Exception {
        StringBuilder heard = new StringBuilder();
        TcpServer server = startSecured(builder -> builder.handler(new ConnectionHandler() {
            @Override
            public void onOpened(Connection connection) {
                connection.write("speak".getBytes(US_ASCII));
                connection.shutdownOutput();
            }

            @Override
            public void onBytes(Connection connection, ByteBuf in) {
                heard.append(in.readCharSequence(in.readableBytes(), US_ASCII));
            }
        }));
        TlsPeer peer = connect(new TlsClient().protocol("TLSv1.3"), server);
        assertThat(peer.handshake().receiveToEnd()).asString().isEqualTo("speak");
        peer.send("something ").send("to say").finishSending();

        awaitClosed(server, CloseReason.PEER_CLOSED, 1);
        assertThat(heard).hasToString("something to say");
    }

    // ---- Truncation ----

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aStreamThatIsCutOffIsNotTakenForOneThatIsFinished(String version) throws Exception {
        TcpServer server = startEcho(localhost());
        TlsPeer peer = connect(new TlsClient().protocol(version), server);
        peer.echo("hello");
        peer.cutOff();

        assertThat(awaitEnd()).isEqualTo("TRUNCATED");
        // It is told the end all the same.
        assertThat(peer.receiveToEnd()).isEmpty();
    }

    @Test
    void aStreamThatIsCutOffWithinARecordIsTruncatedToo() throws Exception {
        TcpServer server = startEcho(localhost());
        EnginePeer peer =
                closeAfterwards(new EnginePeer(new TlsClient(), server.port())).handshake();
        byte[] record = peer.seal("hello".getBytes(US_ASCII));
        peer.below().send(record, record.length - 1).finishSending();

        assertThat(awaitEnd()).isEqualTo("TRUNCATED");
        assertThat(server.receivedBytes()).isZero();
    }

    @Test
    void whatWasWrittenBeforeTheCutIsDelivered() throws Exception {
        byte[] answer = new byte[4 << 20];
        ThreadLocalRandom.current().nextBytes(answer);
        TcpServer server = startSecured(builder -> builder.handler((connection, in) -> {
            in.skipBytes(in.readableBytes());
            connection.write(answer);
        }));
        TlsPeer peer = connect(new TlsClient(), server);
        peer.send("x").receive(1);
        peer.cutOff();

        byte[] rest = peer.receiveToEnd();
        assertThat(rest).hasSize(answer.length - 1).endsWith(answer[answer.length - 2], answer[answer.length - 1]);
        awaitClosed(server, CloseReason.TRUNCATED, 1);
    }

    @Test
    void aCutIsKnownAboveAFurtherLayerToo() throws Exception {
        TcpServer server = start(
                builder -> builder.handlerPerConnection(Noting::new),
                localhost().withProvider(Secured.provider(transport)),
                ProxyProtocol.from("127.0.0.1"));
        TlsPeer peer = connect(new TlsClient(), server);
        peer.send("PROXY UNKNOWN\r\n").echo("hello");
        peer.cutOff();
        assertThat(awaitEnd()).isEqualTo("TRUNCATED");

        TlsPeer second = connect(new TlsClient(), server);
        second.send("PROXY UNKN");
        second.cutOff();
        Await.value("refused connections", 1L, () -> closed(server, CloseReason.BAD_PROXY_HEADER));
    }

    @Test
    void aCutDuringTheHandshakeRefusesTheConnection() throws Exception {
        TcpServer server = startEcho(localhost());
        EnginePeer peer = closeAfterwards(new EnginePeer(new TlsClient(), server.port()));
        byte[] hello = peer.hello();
        peer.below().send(hello, hello.length / 2).finishSending();
        awaitClosed(server, CloseReason.HANDSHAKE_FAILED, 1);

        EnginePeer second = closeAfterwards(new EnginePeer(new TlsClient(), server.port()));
        second.below().send(second.hello()).finishSending();
        awaitClosed(server, CloseReason.HANDSHAKE_FAILED, 2);
        assertThat(sessions).isEmpty();
    }

    // ---- Breaking off ----

    @Test
    void abortIsNotTakenForAnEnd() throws Exception {
        TcpServer server = startSecured(builder -> builder.handler((connection, in) -> {
            connection.write(in);
            connection.abort();
        }));
        TlsPeer peer = connect(new TlsClient(), server);
        peer.send("x");

        assertThatThrownBy(peer::receiveToEnd)
                .isInstanceOfAny(java.net.SocketException.class, SSLException.class, EOFException.class);
        awaitClosed(server, CloseReason.ABORTED, 1);
    }

    @Test
    void aResetOfThePeerIsOne() throws Exception {
        TcpServer server = startEcho(localhost());
        TlsPeer peer = connect(new TlsClient(), server);
        peer.echo("hello");
        peer.reset();

        assertThat(awaitEnd()).isEqualTo("PEER_RESET");
    }

    @Test
    void connectionsBrokenOffAtAnyTimeLeaveNothingBehind() throws Exception {
        byte[] much = new byte[1 << 20];
        TcpServer server = startEcho(localhost());
        TlsClient client = new TlsClient();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        for (int i = 0; i < 100; i++) {
            threads.execute(() -> {
                try (TlsPeer peer = client.connect(server.port())) {
                    Thread ending = new Thread(() -> {
                        try {
                            TimeUnit.MICROSECONDS.sleep(
                                    ThreadLocalRandom.current().nextInt(20_000));
                            peer.reset();
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    });
                    ending.start();
                    try {
                        peer.send(much);
                    } catch (IOException broken) {
                        // Which is the purpose.
                    }
                    ending.join();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(40, TimeUnit.SECONDS)).isTrue();

        Await.value("connections", 0, server::connections);
        Await.value(
                "ends of " + server.closeReasons(),
                100,
                () -> server.closeReasons().values().stream()
                        .mapToLong(Long::longValue)
                        .sum());
    }

    @Test
    void aServerClosedDuringHandshakesLeavesNothingBehind() throws Exception {
        TcpServer server = startEcho(localhost());
        TlsClient client = new TlsClient();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        for (int i = 0; i < 64; i++) {
            threads.execute(() -> {
                try (TlsPeer peer = client.connect(server.port())) {
                    peer.echo("hello");
                } catch (IOException | java.io.UncheckedIOException broken) {
                    // The server is closed meanwhile.
                }
            });
        }
        Await.until("some were served", () -> sessions.size() > 4);
        server.close();
        threads.shutdown();
        assertThat(threads.awaitTermination(40, TimeUnit.SECONDS)).isTrue();
    }

    // ---- Draining ----

    @Test
    void aDrainEndsConnectionsOrderlyAndLetsHandshakesFinish() throws Exception {
        TcpServer server = startEcho(localhost());
        TlsPeer open = connect(new TlsClient(), server);
        open.echo("hello");
        EnginePeer late = closeAfterwards(new EnginePeer(new TlsClient(), server.port()));
        late.below().send(late.hello());
        assertThat(late.below().receive(5)[0]).isEqualTo((byte) 0x16);
        Peer silent = connect(server);
        Await.value("connections", 3, server::connections);

        CompletableFuture<DrainReport> report = CompletableFuture.supplyAsync(() -> server.drain(Await.PATIENCE));
        assertThat(open.receiveToEnd()).isEmpty();
        open.close();
        assertThat(silent.receiveToEnd()).isEmpty();
        silent.close();
        late.close();

        assertThat(report.get(20, TimeUnit.SECONDS).aborted()).isZero();
        assertThat(server.closeReasons()).containsEntry(CloseReason.DRAINED, 2L);
    }

    @Test
    void aHandshakeThatIsNotFinishedAtTheDeadlineOfADrainDoesNotHoldIt() throws Exception {
        TcpServer server = startEcho(localhost().withHandshakeTimeout(Duration.ofMinutes(5)));
        EnginePeer stalled = closeAfterwards(new EnginePeer(new TlsClient(), server.port()));
        stalled.below().send(stalled.hello());
        assertThat(stalled.below().receive(1)).hasSize(1);

        DrainReport report = server.drain(Duration.ofMillis(300));

        assertThat(report.took()).isLessThan(Await.PATIENCE);
    }
}
