package dev.tandem.tls;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.time.Duration;
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
}
