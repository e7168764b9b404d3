package dev.tandem.transport;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What was agreed upon when TLS was established on a connection.
 *
 * @param protocol the version: {@code TLSv1.3} or {@code TLSv1.2}
 * @param cipherSuite its name as IANA lists it, such as {@code TLS_AES_128_GCM_SHA256}
 * @param applicationProtocol the protocol agreed upon with ALPN (RFC 7301); empty if either side did not ask for one
 * @param serverName the name by which the client asked for the server (SNI, RFC 6066); empty if it did not
 * @param peerCertificates the verified chain of the peer, its own certificate first; empty if it showed none
 */
public record TlsSession(
        String protocol,
        String cipherSuite,
        Optional<String> applicationProtocol,
        Optional<String> serverName,
        List<X509Certificate> peerCertificates) {

    /** Keeps a copy of the chain. */
    public TlsSession {
        peerCertificates = List.copyOf(peerCertificates);
    }

    /** The name of the peer as its certificate states it (the subject, RFC 2253); empty if it showed none. */
    public Optional<String> peerName() {
        return peerCertificates.stream()
                .findFirst()
                .map(own -> own.getSubjectX500Principal().getName());
    }
}
