package dev.tandem.tls;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What {@link Tls} and {@link ClientTls} describe.
 *
 * @param serverName the server to connect to; null in one
 * @param certificates those to show
 * @param clientCertificates whether clients are to show some
 * @param authorities whom to trust
 */
record TlsSettings(
        String serverName,
        List<CertificateFiles> certificates,
        ClientAuth clientCertificates,
        Optional<Path> authorities,
        List<String> applicationProtocols,
        Duration handshakeTimeout,
        int handshakesMax,
        SslProvider provider) {

    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);
    private static final int HANDSHAKES_MAX = 1024;

    /** Defaults, and nothing to show. */
    static TlsSettings of(String serverName) {
        return new TlsSettings(
                serverName,
                List.of(),
                ClientAuth.NONE,
                Optional.empty(),
                List.of(),
                HANDSHAKE_TIMEOUT,
                HANDSHAKES_MAX,
                OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK);
    }

    TlsSettings {
        if (handshakeTimeout.isZero() || handshakeTimeout.isNegative()) {
            throw new IllegalArgumentException(
                    "handshakeTimeout must be longer than zero, but was " + handshakeTimeout + ".");
        }
        if (handshakesMax < 1) {
            throw new IllegalArgumentException("handshakesMax must be at least 1, but was " + handshakesMax + ".");
        }
    }

    boolean isClient() {
        return serverName != null;
    }

    boolean isOpenSsl() {
        return provider != SslProvider.JDK;
    }

    /** Every file that is read. */
    Set<Path> files() {
        Set<Path> files = new LinkedHashSet<>();
        certificates.forEach(each -> files.addAll(each.files()));
        authorities.ifPresent(files::add);
        return files;
    }

    TlsSettings andCertificates(CertificateFiles more) {
        List<CertificateFiles> all = new ArrayList<>(certificates);
        all.add(more);
        return new TlsSettings(
                serverName,
                List.copyOf(all),
                clientCertificates,
                authorities,
                applicationProtocols,
                handshakeTimeout,
                handshakesMax,
                provider);
    }

    TlsSettings withClientCertificates(ClientAuth wanted, Path issuers) {
        return new TlsSettings(
                serverName,
                certificates,
                wanted,
                Optional.of(issuers),
                applicationProtocols,
                handshakeTimeout,
                handshakesMax,
                provider);
    }

    TlsSettings withApplicationProtocols(List<String> names) {
        return new TlsSettings(
                serverName,
                certificates,
                clientCertificates,
                authorities,
                names,
                handshakeTimeout,
                handshakesMax,
                provider);
    }

    TlsSettings withHandshakeTimeout(Duration value) {
        return new TlsSettings(
                serverName,
                certificates,
                clientCertificates,
                authorities,
                applicationProtocols,
                value,
                handshakesMax,
                provider);
    }

    TlsSettings withHandshakesMax(int value) {
        return new TlsSettings(
                serverName,
                certificates,
                clientCertificates,
                authorities,
                applicationProtocols,
                handshakeTimeout,
                value,
                provider);
    }

    TlsSettings withProvider(SslProvider value) {
        return new TlsSettings(
                serverName,
                certificates,
                clientCertificates,
                authorities,
                applicationProtocols,
                handshakeTimeout,
                handshakesMax,
                value);
    }
}
