package dev.tandem.endtoend;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** A client of a server with TLS, of the JDK. The end of a stream is none to it without close_notify: it throws. */
final class TlsPeer extends Peer {

    private final SSLSocket secured;

    TlsPeer(Socket below, SSLSocket secured) {
        super(secured, below);
        this.secured = secured;
    }

    TlsPeer handshake() throws IOException {
        secured.startHandshake();
        return this;
    }

    /**
     * Whether the server refuses the handshake. With TLS 1.3 a client only learns that after it has sent its certificate, when
     * it reads.
     */
    boolean isRefused() throws IOException {
        try {
            handshake();
            return secured.getInputStream().read() < 0;
        } catch (SSLException | SocketException refused) {
            return true;
        }
    }

    SSLSocket socket() {
        return secured;
    }

    SSLSession session() {
        return secured.getSession();
    }

    String applicationProtocol() {
        return secured.getApplicationProtocol();
    }

    X509Certificate serverCertificate() throws IOException {
        return (X509Certificate) handshake().session().getPeerCertificates()[0];
    }

    /** Ends the stream below without a word of TLS; receiving goes on. */
    void cutOff() throws IOException {
        below.shutdownOutput();
    }

    /** Sends bytes that are no records of this connection. */
    void sendBelow(byte[] bytes) throws IOException {
        below.getOutputStream().write(bytes);
    }

    /** Without a word of TLS. */
    @Override
    public void close() {
        closeQuietly(below);
    }
}
