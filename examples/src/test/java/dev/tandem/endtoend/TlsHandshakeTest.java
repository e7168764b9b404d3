package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.tandem.connection.CloseReason;
import dev.tandem.server.TcpServer;
import dev.tandem.tls.Tls;
import dev.tandem.tls.TlsFileException;
import dev.tandem.transport.TlsSession;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who talks to whom, and in which protocol, is settled before a handler hears of a connection. */
@OnBothTransportsAndProviders
class TlsHandshakeTest extends TlsEndToEnd {

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void bothVersionsAreSpokenAndTheConnectionTellsWhatWasAgreed(String version) throws Exception {
        TcpServer server = startEcho(localhost());
        TlsPeer peer = connect(new TlsClient().protocol(version).serverName("localhost"), server);
        peer.echo("hello");

        TlsSession session = sessions.remove();
        assertThat(session.protocol())
                .isEqualTo(version)
                .isEqualTo(peer.session().getProtocol());
        assertThat(session.cipherSuite()).isEqualTo(peer.session().getCipherSuite());
        assertThat(session.serverName()).contains("localhost");
        assertThat(session.applicationProtocol()).isEmpty();
        assertThat(session.peerName()).isEmpty();
    }

    @Test
    void aPlainConnectionHasNoSession() throws Exception {
        TcpServer server = start(builder -> builder.handler((connection, in) ->
                connection.write(new byte[] {(byte) (connection.tls().isPresent() ? 1 : 0), in.readByte()})));
        assertThat(connect(server).send("x").receive(2)).containsExactly(0, 'x');
    }

    @Test
    void olderVersionsAreRefused() throws Exception {
        TcpServer server = startEcho(localhost());
        TlsPeer peer = connect(new TlsClient().protocol("TLSv1.1"), server);

        assertThat(peer.isRefused()).isTrue();
    }

    @Test
    void suitesThatDoNotAuthenticateWhatTheyEncryptAreRefused() throws Exception {
        TcpServer server = startEcho(localhost());
        TlsClient client = new TlsClient()
                .protocol("TLSv1.2")
                .cipherSuites("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA");

        assertThat(connect(client, server).isRefused()).isTrue();
        awaitClosed(server, CloseReason.HANDSHAKE_FAILED, 1);
        assertThat(sessions).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aSecondConnectionResumesTheSession(String version) throws Exception {
        TcpServer server = startEcho(localhost());
        TlsClient client = new TlsClient().protocol(version);
        TlsPeer first = connect(client, server);
        first.echo("first");
        long created = first.session().getCreationTime();
        first.close();
        Await.until("a later millisecond", () -> System.currentTimeMillis() > created);

        TlsPeer second = connect(client, server);
        second.echo("second");

        assertThat(second.session().getCreationTime()).isEqualTo(created);
    }

    // ---- ALPN ----

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void theServersFavouriteOfTheApplicationProtocolsIsChosen(String version) throws Exception {
        TcpServer server = startEcho(localhost().withApplicationProtocols("b", "a"));
        TlsPeer peer = connect(new TlsClient().protocol(version).applicationProtocols("a", "c", "b"), server);
        peer.echo("hello");

        assertThat(peer.applicationProtocol()).isEqualTo("b");
        assertThat(sessions.remove().applicationProtocol()).contains("b");
    }

    @Test
    void aClientOfOtherApplicationProtocolsIsRefusedAndOneOfNoneIsServed() throws Exception {
        assumeFalse(isOpenSsl(), "OpenSSL's engine cannot refuse it, as docs/tls.md says.");
        TcpServer server = startEcho(localhost().withApplicationProtocols("b"));

        assertThat(connect(new TlsClient().applicationProtocols("a"), server).isRefused())
                .isTrue();
        connect(new TlsClient(), server).echo("hello");
        assertThat(sessions).extracting(TlsSession::applicationProtocol).containsExactly(Optional.empty());
        Await.value("refused ones", 1, () -> closed(server, CloseReason.HANDSHAKE_FAILED));
    }

    // ---- SNI ----

    private Tls severalNames() throws Exception {
        Authority.PemFiles first = Authority.write(directory, "first", Authority.TRUSTED.issue("first.test"));
        Authority.PemFiles many =
                Authority.write(directory, "many", Authority.TRUSTED.issue("many.test", "*.many.test"));
        return Tls.pem(first.chain(), first.key()).andPem(many.chain(), many.key());
    }

    private String served(TcpServer server, TlsClient client) throws Exception {
        return connect(client, server)
                .serverCertificate()
                .getSubjectX500Principal()
                .getName();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void theNameThatIsAskedForChoosesTheCertificate(String version) throws Exception {
        TcpServer server = startEcho(severalNames());

        assertThat(served(server, new TlsClient().protocol(version).serverName("first.test")))
                .isEqualTo("CN=first.test");
        assertThat(served(server, new TlsClient().protocol(version).serverName("many.test")))
                .isEqualTo("CN=many.test");
        assertThat(served(server, new TlsClient().protocol(version).serverName("ANY.many.test")))
                .isEqualTo("CN=many.test");
        assertThat(served(server, new TlsClient().protocol(version))).isEqualTo("CN=first.test");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unknown.test", "two.labels.many.test", "test"})
    void aNameThatNoCertificateIsForIsRefused(String name) throws Exception {
        TcpServer server = startEcho(severalNames());

        assertThat(connect(new TlsClient().serverName(name), server).isRefused())
                .isTrue();
        awaitClosed(server, CloseReason.HANDSHAKE_FAILED, 1);
    }

    @Test
    void whoHasTwoKindsOfKeysServesThoseWhoKnowOnlyOne() throws Exception {
        assumeFalse(isOpenSsl(), "OpenSSL's engine takes the first of several keys for a name, as docs/tls.md says.");
        Authority.PemFiles ec = Authority.write(directory, "ec", Authority.TRUSTED.issue("localhost"));
        Authority.PemFiles rsa = Authority.write(
                directory,
                "rsa",
                Authority.TRUSTED.issue(
                        builder -> builder.rsa2048().subject("CN=rsa").addSanDnsName("localhost")));
        TcpServer server = startEcho(Tls.pem(ec.chain(), ec.key()).andPem(rsa.chain(), rsa.key()));
        TlsClient client = new TlsClient().protocol("TLSv1.2").serverName("localhost");

        assertThat(served(server, client.cipherSuites("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")))
                .isEqualTo("CN=localhost");
        assertThat(served(server, client.cipherSuites("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")))
                .isEqualTo("CN=rsa");
    }

    // ---- Keys ----

    @ParameterizedTest
    @EnumSource(
            value = Algorithm.class,
            names = {"ecp256", "ecp384", "rsa2048", "ed25519"})
    void everyKindOfKeyServes(Algorithm algorithm) throws Exception {
        Authority.PemFiles files = Authority.write(
                directory,
                "own",
                Authority.TRUSTED.issue(builder ->
                        builder.algorithm(algorithm).subject("CN=own").addSanDnsName("localhost")));
        if (isOpenSsl() && algorithm == Algorithm.ed25519) {
            assertThatThrownBy(() -> startEcho(Tls.pem(files.chain(), files.key())))
                    .isInstanceOf(TlsFileException.class)
                    .hasMessageContaining("own.pem: ")
                    .hasMessageContaining("need the engine of the JDK");
            return;
        }
        TcpServer server = startEcho(Tls.pem(files.chain(), files.key()));

        connect(new TlsClient().protocol("TLSv1.3"), server).echo("hello");
    }

    @Test
    void keysInAKeyStoreServe() throws Exception {
        char[] password = "secret".toCharArray();
        Path store = directory.resolve("store.p12");
        try (OutputStream out = Files.newOutputStream(store)) {
            Authority.TRUSTED.issue("localhost").toKeyStore(password).store(out, password);
        }
        TcpServer server = startEcho(Tls.keyStore(store, password));

        connect(new TlsClient(), server).echo("hello");
    }

    // ---- Certificates of clients ----

    private static X509Bundle clientOf(Authority authority) {
        return authority.issue(builder -> builder.ecp256().subject("CN=client").addExtendedKeyUsageClientAuth());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void theConnectionKnowsWhoShowedAValidCertificate(String version) throws Exception {
        TcpServer server = startEcho(localhost().withRequiredClientCertificates(Authority.TRUSTED.file(directory)));
        X509Bundle own = clientOf(Authority.TRUSTED);
        connect(new TlsClient(own).protocol(version), server).echo("hello");

        TlsSession session = sessions.remove();
        assertThat(session.peerName()).contains("CN=client");
        assertThat(session.peerCertificates()).startsWith(own.getCertificate());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aResumedSessionStillKnowsIt(String version) throws Exception {
        TcpServer server = startEcho(localhost().withRequiredClientCertificates(Authority.TRUSTED.file(directory)));
        TlsClient client = new TlsClient(clientOf(Authority.TRUSTED)).protocol(version);
        for (int i = 0; i < 2; i++) {
            TlsPeer peer = connect(client, server);
            peer.echo("hello");
            peer.close();
        }

        assertThat(sessions)
                .extracting(TlsSession::peerName)
                .containsExactly(Optional.of("CN=client"), Optional.of("CN=client"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void whereACertificateIsRequiredNoneAStrangersAndAnExpiredOneAreRefused(String version) throws Exception {
        TcpServer server = startEcho(localhost().withRequiredClientCertificates(Authority.TRUSTED.file(directory)));
        X509Bundle expired = Authority.TRUSTED.issue(builder -> builder.ecp256()
                .subject("CN=late")
                .notBefore(Instant.parse("2020-01-01T00:00:00Z"))
                .notAfter(Instant.parse("2020-01-02T00:00:00Z")));

        assertThat(connect(new TlsClient().protocol(version), server).isRefused())
                .isTrue();
        assertThat(connect(new TlsClient(clientOf(new Authority("CN=stranger"))).protocol(version), server)
                        .isRefused())
                .isTrue();
        assertThat(connect(new TlsClient(expired).protocol(version), server).isRefused())
                .isTrue();
        awaitClosed(server, CloseReason.HANDSHAKE_FAILED, 3);
        assertThat(sessions).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void whereACertificateIsOptionalNoneIsServedAndAStrangersIsRefused(String version) throws Exception {
        TcpServer server = startEcho(localhost().withOptionalClientCertificates(Authority.TRUSTED.file(directory)));

        connect(new TlsClient().protocol(version), server).echo("nobody");
        connect(new TlsClient(clientOf(Authority.TRUSTED)).protocol(version), server)
                .echo("somebody");
        assertThat(connect(
                                new TlsClient(clientOf(new Authority("CN=stranger")))
                                        .protocol(version)
                                        .serverName("localhost"),
                                server)
                        .isRefused())
                .isTrue();
        assertThat(sessions)
                .extracting(TlsSession::peerName)
                .containsExactly(Optional.empty(), Optional.of("CN=client"));
    }
}
