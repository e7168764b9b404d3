package dev.tandem.tls;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What {@link Tls} describes. */
record TlsSettings(
        List<CertificateFiles> certificates,
        ClientAuth clientCertificates,
        Optional<Path> authorities,
        List<String> applicationProtocols,
        Duration handshakeTimeout,
        int handshakesMax,
        SslProvider provider) {

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
                certificates, clientCertificates, authorities, names, handshakeTimeout, handshakesMax, provider);
    }

    TlsSettings withHandshakeTimeout(Duration value) {
        return new TlsSettings(
                certificates, clientCertificates, authorities, applicationProtocols, value, handshakesMax, provider);
    }

    TlsSettings withHandshakesMax(int value) {
        return new TlsSettings(
                certificates, clientCertificates, authorities, applicationProtocols, handshakeTimeout, value, provider);
    }

    TlsSettings withProvider(SslProvider value) {
        return new TlsSettings(
                certificates,
                clientCertificates,
                authorities,
                applicationProtocols,
                handshakeTimeout,
                handshakesMax,
                value);
    }
}
