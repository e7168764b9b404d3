package dev.tandem.tls;

import dev.tandem.layer.RunningLayer;
import dev.tandem.layer.SocketLayer;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Describes TLS for the listeners of a server: {@code listen(9443, Tls.pem(chain, key))}. TLS 1.3 and 1.2 with suites that
 * authenticate what they encrypt (AEAD), and nothing else. Does not change; each method returns another description.
 *
 * <p>The files are read when a server starts, and again when they change: new connections get the new certificate within a
 * second, those that exist keep theirs. Files that cannot be used leave the last good ones in force, and the log says so.
 */
public final class Tls implements SocketLayer {

    private final TlsSettings settings;

    private Tls(TlsSettings settings) {
        this.settings = settings;
    }

    /**
     * The certificate of the server and those that lead from it to an authority, and its private key. Keys in PKCS #8, PKCS
     * #1 or SEC 1, not encrypted.
     */
    public static Tls pem(Path chain, Path key) {
        return of(new CertificateFiles.PemFiles(chain, key));
    }

    /** Every key with its certificates in a key store: PKCS #12 or JKS, with one password for the store and its keys. */
    public static Tls keyStore(Path store, char[] password) {
        return of(new CertificateFiles.KeyStoreFile(store, password.clone()));
    }

    private static Tls of(CertificateFiles certificates) {
        return new Tls(TlsSettings.of(null).andCertificates(certificates));
    }

    /**
     * A further certificate. Clients get the one for the name they ask for (SNI); those that ask for no name get the first,
     * and those that ask for a name that no certificate is for are refused. Several for one name, such as RSA and ECDSA,
     * serve those who can verify them.
     */
    public Tls andPem(Path chain, Path key) {
        return new Tls(settings.andCertificates(new CertificateFiles.PemFiles(chain, key)));
    }

    /** Clients must show a certificate that leads to one of the authorities in this PEM file. */
    public Tls withRequiredClientCertificates(Path authorities) {
        return new Tls(settings.withClientCertificates(ClientAuth.REQUIRE, authorities));
    }

    /** Clients may show a certificate; one that does not lead to one of the authorities in this PEM file is refused. */
    public Tls withOptionalClientCertificates(Path authorities) {
        return new Tls(settings.withClientCertificates(ClientAuth.OPTIONAL, authorities));
    }

    /**
     * The application protocols that clients may ask for (ALPN, RFC 7301), the preferred one first. Who asks for others only
     * is refused; who asks for none is served.
     */
    public Tls withApplicationProtocols(String... names) {
        return new Tls(settings.withApplicationProtocols(List.of(names)));
    }

    /** How long a client may take until TLS is established; 10 s if this is not called. */
    public Tls withHandshakeTimeout(Duration timeout) {
        return new Tls(settings.withHandshakes(settings.handshakes().withTimeout(timeout)));
    }

    /**
     * How many handshakes of a server may be under way at a time; 1024 if this is not called. Clients beyond that wait, and
     * their timeout runs. A client that has not sent its first message takes no place.
     */
    public Tls withHandshakesMax(int count) {
        return new Tls(settings.withHandshakes(settings.handshakes().withMax(count)));
    }

    /** Whose engine to use; OpenSSL's if netty-tcnative is on the class path, else the JDK's. */
    public Tls withProvider(SslProvider provider) {
        return new Tls(settings.withProvider(provider));
    }

    /**
     * Reads the files. A server does that when it starts.
     *
     * @throws TlsFileException if a file cannot be used
     */
    @Override
    public RunningLayer start() {
        return new TlsLayer(settings);
    }

    @Override
    public String toString() {
        return "TLS " + settings.files() + (settings.isOpenSsl() ? " with OpenSSL" : " with the JDK");
    }
}
