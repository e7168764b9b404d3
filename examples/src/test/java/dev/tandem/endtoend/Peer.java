package dev.tandem.endtoend;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/** A client of a server under test: a plain blocking socket. Reads wait for a bounded time. */
class Peer implements AutoCloseable {

    private final Socket socket;

    /** The socket below TLS; the same without it. */
    final Socket below;

    Peer(Socket socket, Socket below) {
        this.socket = socket;
        this.below = below;
    }

    static Peer connect(int port) {
        return connect(port, socket -> {});
    }

    /** A peer whose window closes after a few kilobytes that it has not read. */
    static Peer connectWithSmallWindow(int port) {
        return connect(port, socket -> setReceiveBuffer(socket, 4096));
    }

    /** A peer that comes from another loopback address, such as {@code 127.0.0.2}. */
    static Peer connectFrom(String address, int port) {
        return connect(port, socket -> bind(socket, address));
    }

    /** Whether a client that connects now is served; if not it is reset, maybe before it knows that it is connected. */
    static boolean isServed(int port) throws IOException {
        try (Peer peer = connect(port)) {
            peer.echo("Is anybody there?");
            return true;
        } catch (SocketException reset) {
            return false;
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof SocketException) {
                return false;
            }
            throw e;
        }
    }

    static Peer connect(InetAddress address, int port) {
        return connect(address, port, socket -> {});
    }

    private static Peer connect(int port, Consumer<Socket> prepare) {
        return connect(InetAddress.getLoopbackAddress(), port, prepare);
    }

    private static Peer connect(InetAddress address, int port, Consumer<Socket> prepare) {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) Await.PATIENCE.toMillis());
            prepare.accept(socket);
            socket.connect(new InetSocketAddress(address, port), (int) Await.PATIENCE.toMillis());
            return new Peer(Secured.socket(socket), socket);
        } catch (IOException e) {
            closeQuietly(socket);
            throw new UncheckedIOException(e);
        }
    }

    private static void setReceiveBuffer(Socket socket, int bytes) {
        try {
            socket.setReceiveBufferSize(bytes);
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void bind(Socket socket, String address) {
        try {
            socket.bind(new InetSocketAddress(address, 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int localPort() {
        return socket.getLocalPort();
    }

    Peer send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    Peer send(byte[] bytes, int count) throws IOException {
        socket.getOutputStream().write(bytes, 0, count);
        return this;
    }

    Peer send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.US_ASCII));
    }

    byte[] receive(int count) throws IOException {
        byte[] bytes = socket.getInputStream().readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("The stream ended after " + bytes.length + " of " + count + " bytes.");
        }
        return bytes;
    }

    String receiveText(int count) throws IOException {
        return new String(receive(count), StandardCharsets.US_ASCII);
    }

    /** One read: at least a byte, or -1 at the end. */
    int receiveSome(byte[] bytes) throws IOException {
        return socket.getInputStream().read(bytes);
    }

    /** Everything up to the orderly end of the stream. */
    byte[] receiveToEnd() throws IOException {
        return socket.getInputStream().readAllBytes();
    }

    /** Asks and waits for the echo of it. */
    void echo(String text) throws IOException {
        String answer = send(text).receiveText(text.length());
        if (!answer.equals(text)) {
            throw new AssertionError("Sent '" + text + "' and received '" + answer + "'.");
        }
    }

    /** Whether the connection ends with a reset; what comes before is skipped. */
    boolean seesReset() throws IOException {
        try {
            receiveToEnd();
            return false;
        } catch (SocketTimeoutException stuck) {
            throw new AssertionError("The connection was neither ended nor reset.", stuck);
        } catch (SocketException | SSLException | EOFException reset) {
            return true;
        }
    }

    /** Waits until the connection has ended, in whatever way; what comes before is skipped. */
    void awaitEnd() throws IOException {
        seesReset();
    }

    /** Waits no longer than this for bytes. */
    Peer patience(int millis) throws SocketException {
        socket.setSoTimeout(millis);
        return this;
    }

    /** Sends FIN, and before it what TLS says at an end; receiving goes on. */
    Peer finishSending() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Breaks the connection off: the other end gets RST. */
    void reset() throws IOException {
        below.setSoLinger(true, 0);
        below.close();
    }

    @Override
    public void close() {
        closeQuietly(socket);
    }

    static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException ignored) {
            // The connection is gone, which is what was wanted.
        }
    }
}
