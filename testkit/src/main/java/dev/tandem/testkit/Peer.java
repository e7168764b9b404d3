package dev.tandem.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The other end of a connection: a plain blocking socket. Reads wait for a bounded time; on a Unix socket the test's time is the bound. */
final class Peer implements AutoCloseable {

    /** One of the two is there. */
    private final Socket tcp;

    private final SocketChannel unix;
    private final InputStream in;
    private final OutputStream out;

    /** How long a read from a Unix socket waits; 0 if for as long as the test may take. */
    private int waitMillisMax;

    private Peer(Socket tcp) throws IOException {
        this.tcp = tcp;
        this.unix = null;
        this.in = tcp.getInputStream();
        this.out = tcp.getOutputStream();
    }

    private Peer(SocketChannel unix) {
        this.tcp = null;
        this.unix = unix;
        this.in = new ChannelInput();
        this.out = new ChannelOutput();
    }

    static Peer connect(SocketAddress server) throws IOException {
        return connect(server, 0);
    }

    /** A peer whose window closes after a few kilobytes that it has not read; a Unix socket has one for some more. */
    static Peer connectWithSmallWindow(SocketAddress server) throws IOException {
        return connect(server, 4096);
    }

    private static Peer connect(SocketAddress server, int receiveBufferBytes) throws IOException {
        if (server instanceof UnixDomainSocketAddress) {
            return new Peer(SocketChannel.open(server));
        }
        Socket socket = new Socket();
        try {
            if (receiveBufferBytes > 0) {
                socket.setReceiveBufferSize(receiveBufferBytes);
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) Await.PATIENCE.toMillis());
            socket.connect(server, (int) Await.PATIENCE.toMillis());
            return new Peer(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    SocketAddress localAddress() throws IOException {
        return tcp != null ? tcp.getLocalSocketAddress() : unix.getLocalAddress();
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    void send(byte[] bytes, int from, int count) throws IOException {
        out.write(bytes, from, count);
    }

    /** Waits until all bytes are with the other end, to be received there; those of a Unix socket are when they were sent. */
    void awaitDelivered() {
        if (tcp != null) {
            Await.until("the peer's bytes are delivered", () -> Resources.unacknowledgedBytes(tcp.getLocalPort()) == 0);
        }
    }

    byte[] receive(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("The stream ended after " + bytes.length + " of " + count + " bytes.");
        }
        return bytes;
    }

    /** One read: at least a byte, or -1 at the end. */
    int receiveSome(byte[] bytes) throws IOException {
        return in.read(bytes);
    }

    void waitAtMost(int millis) throws IOException {
        if (tcp != null) {
            tcp.setSoTimeout(millis);
        } else {
            waitMillisMax = millis;
        }
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
        return in.readAllBytes();
    }

    /** How many bytes came until the stream ended or was reset; each piece is verified against {@code pattern}. */
    long receiveUntilCut(Pattern pattern) {
        byte[] piece = new byte[64 * 1024];
        long received = 0;
        try {
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

    /** Whether the connection is aborted, which a Unix socket cannot tell from its end; what came before is skipped. */
    boolean seesAbort() throws IOException {
        try {
            receiveToEnd();
            return tcp == null;
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
        return in.read() == -1;
    }

    /** Sends FIN; receiving goes on. */
    void finishSending() throws IOException {
        if (tcp != null) {
            tcp.shutdownOutput();
        } else {
            unix.shutdownOutput();
        }
    }

    /** Breaks the connection off: the other end gets RST, or an end where there is no such thing. */
    void reset() throws IOException {
        if (tcp != null) {
            tcp.setSoLinger(true, 0);
        }
        close();
    }

    @Override
    public void close() {
        try {
            if (tcp != null) {
                tcp.close();
            } else {
                unix.close();
            }
        } catch (IOException ignored) {
            // The connection is gone, which is what was wanted.
        }
    }

    /** The JDK's own streams of a channel let nobody write while somebody reads. */
    private final class ChannelInput extends InputStream {

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            try {
                ByteBuffer into = ByteBuffer.wrap(bytes, from, count);
                return waitMillisMax == 0 ? unix.read(into) : readSoon(into);
            } catch (SocketTimeoutException late) {
                throw late;
            } catch (IOException e) {
                throw like(e);
            }
        }
    }

    private int readSoon(ByteBuffer into) throws IOException {
        long begun = System.nanoTime();
        unix.configureBlocking(false);
        try {
            int count = unix.read(into);
            while (count == 0) {
                if (System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(waitMillisMax)) {
                    throw new SocketTimeoutException("Nothing came within " + waitMillisMax + " ms.");
                }
                LockSupport.parkNanos(100_000);
                count = unix.read(into);
            }
            return count;
        } finally {
            unix.configureBlocking(true);
        }
    }

    private final class ChannelOutput extends OutputStream {

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            ByteBuffer left = ByteBuffer.wrap(bytes, from, count);
            try {
                while (left.hasRemaining()) {
                    unix.write(left);
                }
            } catch (IOException e) {
                throw like(e);
            }
        }
    }

    /** A reset of a channel, as sockets tell it. */
    private static SocketException like(IOException e) {
        SocketException same = new SocketException(e.getMessage());
        same.initCause(e);
        return same;
    }
}
