package dev.tandem.endtoend;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.server.TcpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes instead of TLS costs its own connection, in time, with a reason and no more than a line in the log. */
@OnBothTransportsWithEitherProvider
class TlsBadInputTest extends TlsEndToEnd {

    private EnginePeer connectEngine(TlsClient client, TcpServer server) {
        return closeAfterwards(new EnginePeer(client, server.port()));
    }

    /** Nobody else has suffered. */
    private void assertServes(TcpServer server) throws IOException {
        connect(new TlsClient(), server).echo("still there");
    }

    // ---- Before there is a handshake ----

    @ParameterizedTest
    @ValueSource(
            strings = {"GET / HTTP/1.0\r\n\r\n", "\u0080\u0046\u0001\u0003\u0001", "*1\r\n$4\r\nPING\r\n", "\u0016"})
    void whatIsNoTlsIsRefusedAtOnce(String text) throws Exception {
        TcpServer server = startEcho(localhost().withHandshakeTimeout(Duration.ofMinutes(5)));
        Peer peer = connect(server).send(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        if (text.length() == 1) {
            // So far it could be TLS.
            peer.send("\n");
        }

        peer.awaitEnd();
        peer.close();
        awaitClosed(server, CloseReason.HANDSHAKE_FAILED, 1);
        assertServes(server);
    }

    @Test
    void randomBytesAreRefused() throws Exception {
        TcpServer server = startEcho(localhost());
        for (int i = 0; i < 200; i++) {
            byte[] bytes = new byte[ThreadLocalRandom.current().nextInt(1, 600)];
            ThreadLocalRandom.current().nextBytes(bytes);
            if (i % 2 == 0) {
                byte[] plausible = HexFormat.of().parseHex("1603010100010000fc0303");
                System.arraycopy(plausible, 0, bytes, 0, Math.min(bytes.length, plausible.length));
            }
            connect(server).send(bytes).close();
        }

        Await.value(
                "refused connections",
                200,
                () -> closed(server, CloseReason.HANDSHAKE_FAILED) + closed(server, CloseReason.PEER_RESET));
        assertServes(server);
        assertThat(Logs.with("refused with HANDSHAKE_FAILED").size()).isLessThan(5);
    }

    @Test
    void aHelloThatAnnouncesSixteenMebibytesIsRefusedBeforeItArrives() throws Exception {
        assertRefusedAfter("160301000401ffffff");
    }

    /** Refused as soon as these bytes have arrived, without waiting for what they announce. */
    private void assertRefusedAfter(String hex) throws Exception {
        TcpServer server = startEcho(localhost().withHandshakeTimeout(Duration.ofMinutes(5)));
        Peer peer = connect(server).send(HexFormat.of().parseHex(hex));

        peer.awaitEnd();
        peer.close();
        awaitClosed(server, CloseReason.HANDSHAKE_FAILED, 1);
    }

    @Test
    void aHelloThatAnnouncesSixteenMebibytesInManyRecordsIsRefused() throws Exception {
        TcpServer server = startEcho(localhost().withHandshakeTimeout(Duration.ofMinutes(5)));
        Peer peer = connect(server);
        byte[] record = new byte[5 + 1024];
        ByteBuffer.wrap(record).put(new byte[] {0x16, 3, 1, 4, 0});
        peer.send(HexFormat.of().parseHex("160301000101")).send(HexFormat.of().parseHex("1603010003ffffff"));
        try {
            for (int i = 0; i < 200; i++) {
                peer.send(record);
            }
            peer.awaitEnd();
        } catch (IOException refused) {
            // Which is what was wanted.
        }
        peer.close();

        awaitClosed(server, CloseReason.HANDSHAKE_FAILED, 1);
    }

    @Test
    void arecordLongerThanAnyIsRefusedBeforeItArrives() throws Exception {
        assertRefusedAfter("160301ffff");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aHandshakeThatStallsAfterAnyPrefixEndsAtTheDeadline(String version) throws Exception {
        TcpServer server = startEcho(localhost().withHandshakeTimeout(Duration.ofSeconds(2)));
        byte[] hello = connectEngine(new TlsClient().protocol(version), server).hello();
        List<Peer> peers = new ArrayList<>();
        for (int bytes = 0; bytes <= hello.length; bytes++) {
            peers.add(connect(server).send(hello, bytes));
        }

        for (Peer peer : peers) {
            peer.awaitEnd();
            peer.close();
        }
        // The engine's own connection says nothing either.
        Await.value("silent ones", 2, () -> closed(server, CloseReason.FIRST_BYTE_TIMEOUT));
        Await.value("others", hello.length, () -> closed(server, CloseReason.HANDSHAKE_FAILED));
        assertThat(Logs.with("refused with").size()).isLessThan(5);
        assertServes(server);
    }

    @Test
    void whoConnectsAndLeavesIsNothingToLog() throws Exception {
        TcpServer server = startEcho(localhost());
        connect(server).close();
        awaitClosed(server, CloseReason.PEER_CLOSED, 1);
        connect(server).reset();
        Await.value("resets", 1, () -> closed(server, CloseReason.PEER_RESET));

        assertThat(Logs.with(" WARN ")).isEmpty();
    }

    // ---- The handshake in pieces ----

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aHelloInRecordsOfOneByteIsUnderstood(String version) throws Exception {
        TcpServer server = startEcho(localhost());
        EnginePeer peer = connectEngine(new TlsClient().protocol(version), server);
        byte[] hello = peer.hello();
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (int i = 5; i < hello.length; i++) {
            records.writeBytes(new byte[] {hello[0], hello[1], hello[2], 0, 1, hello[i]});
        }
        peer.below().send(records.toByteArray());

        peer.handshake().below().send(peer.seal("hello".getBytes(US_ASCII)));
        assertThat(peer.receive(5)).asString().isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void recordsOfOneByteAndSegmentsOfOneByteAreUnderstood(String version) throws Exception {
        TcpServer server = startEcho(localhost());
        EnginePeer peer =
                connectEngine(new TlsClient().protocol(version), server).handshake();
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        String text = "every byte is a record of its own";
        for (byte each : text.getBytes(US_ASCII)) {
            records.writeBytes(peer.seal(each));
        }
        for (byte each : records.toByteArray()) {
            peer.below().send(new byte[] {each});
        }

        assertThat(peer.receive(text.length())).asString().isEqualTo(text);
    }

    // ---- Afterwards ----

    @Test
    void aNewHandshakeOnAnEstablishedConnectionIsRefused() throws Exception {
        TcpServer server = startEcho(localhost());
        EnginePeer peer =
                connectEngine(new TlsClient().protocol("TLSv1.2"), server).handshake();
        peer.below().send(peer.seal("before".getBytes(US_ASCII)));
        assertThat(peer.receive(6)).asString().isEqualTo("before");

        peer.below().send(peer.sealRequest());

        assertThat(awaitEnd()).isEqualTo("TLS_FAILED");
        assertThat(Logs.with("TLS_FAILED")).singleElement().asString().contains("it asked for a new handshake");
        assertServes(server);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aRecordThatWasChangedOnItsWayEndsTheConnectionAfterWhatCameBefore(String version) throws Exception {
        TcpServer server = startEcho(localhost());
        EnginePeer peer =
                connectEngine(new TlsClient().protocol(version), server).handshake();
        byte[] good = peer.seal("good".getBytes(US_ASCII));
        byte[] changed = peer.seal("changed".getBytes(US_ASCII));
        changed[changed.length - 3] ^= 1;
        peer.below().send(concatenated(good, changed));

        assertThat(awaitEnd()).isEqualTo("TLS_FAILED");
        assertThat(server.receivedBytes()).isEqualTo(4);
        assertThat(Logs.with("TLS_FAILED")).hasSize(1);
    }

    @Test
    void plainTextOnAnEstablishedConnectionEndsIt() throws Exception {
        TcpServer server = startEcho(localhost());
        TlsPeer peer = connect(new TlsClient(), server);
        peer.echo("hello");
        peer.sendBelow("plain".getBytes(US_ASCII));

        assertThat(awaitEnd()).isEqualTo("TLS_FAILED");
    }

    @Test
    void whoAsksForNewKeysAgainAndAgainIsNotServed() throws Exception {
        TcpServer server = startEcho(localhost());
        EnginePeer peer =
                connectEngine(new TlsClient().protocol("TLSv1.3"), server).handshake();
        // A few are fine.
        for (int i = 0; i < 3; i++) {
            peer.below().send(peer.sealRequest());
            peer.below().send(peer.seal((byte) i));
            assertThat(peer.receive(1)).containsExactly(i);
        }
        ByteArrayOutputStream flood = new ByteArrayOutputStream();
        for (int i = 0; i < 100; i++) {
            flood.writeBytes(peer.sealRequest());
        }
        peer.below().send(flood.toByteArray());

        assertThat(awaitEnd()).isEqualTo("TLS_FAILED");
        assertThat(Logs.with("TLS_FAILED")).singleElement().asString().contains("in a row without a byte");
    }

    // ---- What is logged ----

    @Test
    void whatThePeerPutsIntoItsCertificateCannotForgeTheLog() throws Exception {
        TcpServer server = startEcho(localhost().withRequiredClientCertificates(Authority.TRUSTED.file(directory)));
        String forged = "CN=x\\0A23:59:59 ERROR everything is broken\\0D\u202E\u0007";
        TlsClient client = new TlsClient(
                new Authority("CN=stranger").issue(builder -> builder.ecp256().subject(forged)));

        assertThat(connect(client, server).isRefused()).isTrue();
        awaitClosed(server, CloseReason.HANDSHAKE_FAILED, 1);
        assertThat(Logs.with("everything is broken")).allMatch(line -> line.contains("refused with"));
        assertThat(Logs.with("")).noneMatch(line -> line.chars().anyMatch(c -> c < 0x20 || c == 0x202E));
    }

    private static byte[] concatenated(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    /** Counts of all reasons, for messages. */
    @Test
    void thePlaceOfAHandshakeThatStallsIsFreeAgainAtItsDeadline() throws Exception {
        TcpServer server = startEcho(localhost().withHandshakesMax(1).withHandshakeTimeout(Duration.ofSeconds(3)));
        EnginePeer stalled = connectEngine(new TlsClient(), server);
        stalled.below().send(stalled.hello());
        // Its answer shows that it has the place.
        assertThat(stalled.below().receive(1)).containsExactly(0x16);

        EnginePeer tooLate = connectEngine(new TlsClient(), server);
        tooLate.below().send(tooLate.hello());
        stalled.below().awaitEnd();
        stalled.close();
        assertServes(server);

        Await.until("both have ended", () -> closed(server, CloseReason.HANDSHAKE_FAILED) == 2);
        assertThat(server.closeReasons()).isEqualTo(Map.of(CloseReason.HANDSHAKE_FAILED, 2L));
    }
}
