package dev.tandem.endtoend;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** A client of a server with TLS: a blocking socket of the JDK, and the one below it. */
final class TlsPeer implements AutoCloseable {

    private final Socket below;
    private final SSLSocket socket;

    TlsPeer(Socket below, SSLSocket socket) {
        this.below = below;
        this.socket = socket;
    }

    TlsPeer handshake() throws IOException {
        socket.startHandshake();
        return this;
    }

    /**
     * Whether the server refuses the handshake. With TLS 1.3 a client only learns that after it has sent its certificate, when
     * it reads.
     */
    boolean isRefused() throws IOException {
        try {
            handshake();
            return socket.getInputStream().read() < 0;
        } catch (SSLException | java.net.SocketException refused) {
            return true;
        }
    }

    SSLSocket socket() {
        return socket;
    }

    SSLSession session() {
        return socket.getSession();
    }

    String applicationProtocol() {
        return socket.getApplicationProtocol();
    }

    X509Certificate serverCertificate() throws IOException {
        return (X509Certificate) handshake().session().getPeerCertificates()[0];
    }

    TlsPeer send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    TlsPeer send(byte[] bytes, int count) throws IOException {
        socket.getOutputStream().write(bytes, 0, count);
        return this;
    }

    TlsPeer send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.US_ASCII));
    }

    byte[] receive(int count) throws IOException {
        byte[] bytes = socket.getInputStream().readNBytes(count);
        if (bytes.length < count) {
            throw new AssertionError("The stream ended after " + bytes.length + " of " + count + " bytes.");
        }
        return bytes;
    }

    String receiveText(int count) throws IOException {
        return new String(receive(count), StandardCharsets.US_ASCII);
    }

    int receiveSome(byte[] bytes) throws IOException {
        return socket.getInputStream().read(bytes);
    }

    /** Everything up to the end. The JDK throws if that came without close_notify. */
    byte[] receiveToEnd() throws IOException {
        return socket.getInputStream().readAllBytes();
    }

    void echo(String text) throws IOException {
        String answer = send(text).receiveText(text.length());
        if (!answer.equals(text)) {
            throw new AssertionError("Sent '" + text + "' and received '" + answer + "'.");
        }
    }

    /** Says that nothing more comes (close_notify); receiving goes on. */
    TlsPeer finishSending() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Ends the stream below without a word of TLS; receiving goes on. */
    TlsPeer cutOff() throws IOException {
        below.shutdownOutput();
        return this;
    }

    /** Sends bytes that are no records of this connection. */
    TlsPeer sendBelow(byte[] bytes) throws IOException {
        below.getOutputStream().write(bytes);
        return this;
    }

    void reset() throws IOException {
        below.setSoLinger(true, 0);
        below.close();
    }

    @Override
    public void close() throws IOException {
        below.close();
    }
}
