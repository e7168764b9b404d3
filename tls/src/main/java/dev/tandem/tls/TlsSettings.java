package dev.tandem.tls;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
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
        HandshakeLimits handshakes,
        SslProvider provider) {

    TlsSettings {
        certificates = List.copyOf(certificates);
    }

    /** Defaults, and nothing to show. */
    static TlsSettings of(String serverName) {
        return new TlsSettings(
                serverName,
                List.of(),
                ClientAuth.NONE,
                Optional.empty(),
                List.of(),
                HandshakeLimits.DEFAULT,
                OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK);
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
                serverName, all, clientCertificates, authorities, applicationProtocols, handshakes, provider);
    }

    TlsSettings withClientCertificates(ClientAuth wanted, Path issuers) {
        return new TlsSettings(
                serverName, certificates, wanted, Optional.of(issuers), applicationProtocols, handshakes, provider);
    }

    TlsSettings withApplicationProtocols(List<String> names) {
        return new TlsSettings(serverName, certificates, clientCertificates, authorities, names, handshakes, provider);
    }

    TlsSettings withHandshakes(HandshakeLimits limits) {
        return new TlsSettings(
                serverName, certificates, clientCertificates, authorities, applicationProtocols, limits, provider);
    }

    TlsSettings withProvider(SslProvider value) {
        return new TlsSettings(
                serverName, certificates, clientCertificates, authorities, applicationProtocols, handshakes, value);
    }
}
