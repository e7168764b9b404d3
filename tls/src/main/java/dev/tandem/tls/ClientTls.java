package dev.tandem.tls;

import dev.tandem.layer.RunningLayer;
import dev.tandem.layer.SocketLayer;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Describes TLS for connections to one server, as {@link Tls} does for those of clients: {@code ClientTls.to("example.org")}.
 * The certificate of the server must be for this name, and lead to an authority that the JDK trusts unless others are named.
 * Does not change; each method returns another description.
 */
public final class ClientTls implements SocketLayer {

    private final TlsSettings settings;

    private ClientTls(TlsSettings settings) {
        this.settings = settings;
    }

    /** The name, or the address as text, that the certificate of the server must be for. It is asked for by it, too (SNI). */
    public static ClientTls to(String serverName) {
        return new ClientTls(TlsSettings.of(Objects.requireNonNull(serverName, "serverName")));
    }

    /** Trusts the authorities in this PEM file, and no others. */
    public ClientTls withAuthorities(Path authorities) {
        return new ClientTls(settings.withClientCertificates(settings.clientCertificates(), authorities));
    }

    /** Shows a certificate if the server asks for one: its chain and its key as PEM, as in {@link Tls#pem}. */
    public ClientTls withCertificate(Path chain, Path key) {
        return new ClientTls(settings.andCertificates(new CertificateFiles.PemFiles(chain, key)));
    }

    /** The application protocols to ask for (ALPN, RFC 7301), the preferred one first. */
    public ClientTls withApplicationProtocols(String... names) {
        return new ClientTls(settings.withApplicationProtocols(List.of(names)));
    }

    /** How long it may take until TLS is established; 10 s if this is not called. */
    public ClientTls withHandshakeTimeout(Duration timeout) {
        return new ClientTls(settings.withHandshakes(settings.handshakes().withTimeout(timeout)));
    }

    /** Whose engine to use; OpenSSL's if netty-tcnative is on the class path, else the JDK's. */
    public ClientTls withProvider(SslProvider provider) {
        return new ClientTls(settings.withProvider(provider));
    }

    /**
     * Reads the files, if any are named.
     *
     * @throws TlsFileException if a file cannot be used
     */
    @Override
    public RunningLayer start() {
        return new TlsLayer(settings);
    }

    /** Whether the other describes the same: then they share what runs, and sessions. */
    @Override
    public boolean equals(Object other) {
        return other instanceof ClientTls same && settings.equals(same.settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    @Override
    public String toString() {
        return "TLS to " + settings.serverName();
    }
}
