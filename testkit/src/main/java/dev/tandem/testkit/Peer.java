package dev.tandem.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/** The other end of a connection: a plain blocking socket. Reads wait for a bounded time. */
final class Peer implements AutoCloseable {

    private final Socket socket = new Socket();

    private Peer(SocketAddress server, int receiveBufferBytes) throws IOException {
        if (receiveBufferBytes > 0) {
            socket.setReceiveBufferSize(receiveBufferBytes);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) Await.PATIENCE.toMillis());
        try {
            socket.connect(server, (int) Await.PATIENCE.toMillis());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    static Peer connect(SocketAddress server) throws IOException {
        return new Peer(server, 0);
    }

    /** A peer whose window closes after a few kilobytes that it has not read. */
    static Peer connectWithSmallWindow(SocketAddress server) throws IOException {
        return new Peer(server, 4096);
    }

    InetSocketAddress localAddress() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void send(byte[] bytes, int from, int count) throws IOException {
        socket.getOutputStream().write(bytes, from, count);
    }

    byte[] receive(int count) throws IOException {
        byte[] bytes = socket.getInputStream().readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("The stream ended after " + bytes.length + " of " + count + " bytes.");
        }
        return bytes;
    }

    /** One read: at least a byte, or -1 at the end. */
    int receiveSome(byte[] bytes) throws IOException {
        return socket.getInputStream().read(bytes);
    }

    void waitAtMost(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    /** One read that may come too early. */
    void tryToReceive(byte[] bytes) throws IOException {
        try {
            receiveSome(bytes);
        } catch (SocketTimeoutException nothingYet) {
            // Then not.
        }
    }

    /** Everything up to the end of the stream. */
    byte[] receiveToEnd() throws IOException {
        return socket.getInputStream().readAllBytes();
    }

    /** How many bytes came until the stream ended or was reset; each piece is verified against {@code pattern}. */
    long receiveUntilCut(Pattern pattern) {
        byte[] piece = new byte[64 * 1024];
        long received = 0;
        try {
            InputStream in = socket.getInputStream();
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                pattern.verify(received, piece, count);
                received += count;
            }
        } catch (SocketTimeoutException stuck) {
            throw new AssertionError("The stream was neither ended nor reset after " + received + " bytes.", stuck);
        } catch (IOException reset) {
            // As good an end as any here.
        }
        return received;
    }

    /** Whether the connection ends with a reset; anything received before is skipped. */
    boolean seesReset() throws IOException {
        try {
            receiveToEnd();
            return false;
        } catch (SocketTimeoutException stuck) {
            throw new AssertionError("The connection was neither ended nor reset.", stuck);
        } catch (SocketException reset) {
            return true;
        }
    }

    /** Whether the connection ends in either way without a byte. */
    boolean isCutOff() throws IOException {
        try {
            return seesEnd();
        } catch (SocketTimeoutException stuck) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    /** Whether the stream ends in order, without a byte and without a reset. */
    boolean seesEnd() throws IOException {
        return socket.getInputStream().read() == -1;
    }

    /** Sends FIN; receiving goes on. */
    void finishSending() throws IOException {
        socket.shutdownOutput();
    }

    /** Breaks the connection off: the other end gets RST. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException ignored) {
            // The connection is gone, which is what was wanted.
        }
    }
}
