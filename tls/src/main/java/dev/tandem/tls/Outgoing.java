package dev.tandem.tls;

import dev.tandem.transport.StreamSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * What is to be sent: bytes from above, sealed a few records at a time, and between them what the engine itself has to say.
 * At most one buffer of records is with the transport; what was sealed meanwhile waits.
 */
final class Outgoing {

    /** So much is sealed for one send: four full records, as much as a socket's buffer usually takes. */
    private static final int SEND_BYTES = 4 * TlsRecord.PLAINTEXT_BYTES_MAX;

    /** A peer that takes nothing and still asks for more than this of what engines say by themselves is not a peer. */
    private static final int WAITING_BYTES_MAX = 64 << 10;

    private final StreamSocket socket;
    private final ByteBufAllocator allocator;

    /** What of the send from above is not sealed yet; null if there is nothing. */
    private ByteBuf plain;

    /** How much of the send from above is not reported yet. */
    private int unreportedBytes;

    /** Records for the next send, and how much of the send from above they hold; null if there are none. */
    private ByteBuf sealed;

    private int plainInSealed;

    /** Records that the transport has, how many bytes those were, and how much of the send from above they hold. */
    private ByteBuf sending;

    private int sendingBytes;
    private int plainInSending;
    private int reportedOfSending;

    private boolean finishing;
    private boolean finished;

    Outgoing(StreamSocket socket, ByteBufAllocator allocator) {
        this.socket = socket;
        this.allocator = allocator;
    }

    /** Whether bytes from above are being sent. */
    boolean isBusy() {
        return unreportedBytes > 0;
    }

    /** Whether nothing is with the transport, nor waits. */
    boolean isIdle() {
        return sending == null && sealed == null && plain == null;
    }

    /** Takes bytes from above; {@link #pump} seals and sends them. */
    void accept(ByteBuf bytes) {
        plain = bytes;
        unreportedBytes = bytes.readableBytes();
    }

    /** Seals all of a loan and sends it. Only when {@link #isIdle}. */
    void sendLoan(RecordEngine engine, ByteBuf loan) throws SSLException {
        accept(loan);
        sealPlain(engine, loan.readableBytes());
        pump(engine);
    }

    /**
     * Sends what there is, unless the transport has something already; then the end, if it was asked for.
     *
     * @param engine null if it must not be used at present
     * @throws SSLException if the engine seals nothing any more
     */
    void pump(RecordEngine engine) throws SSLException {
        if (sending != null) {
            return;
        }
        if (plain != null && engine != null) {
            sealPlain(engine, SEND_BYTES);
        }
        if (sealed != null) {
            sending = sealed;
            sendingBytes = sealed.readableBytes();
            plainInSending = plainInSealed;
            reportedOfSending = 0;
            sealed = null;
            plainInSealed = 0;
            socket.send(sending);
        } else if (finishing && !finished && plain == null) {
            finished = true;
            socket.shutdownOutput();
        }
    }

    private void sealPlain(RecordEngine engine, int bytesMax) throws SSLException {
        int bytes = Math.min(plain.readableBytes(), bytesMax);
        int records = (bytes + TlsRecord.PLAINTEXT_BYTES_MAX - 1) / TlsRecord.PLAINTEXT_BYTES_MAX;
        ByteBuf out = roomToSeal(bytes + records * TlsRecord.OVERHEAD_BYTES_MAX);
        try {
            for (int left = bytes; left > 0; ) {
                SSLEngineResult result = engine.seal(plain, Math.min(left, TlsRecord.PLAINTEXT_BYTES_MAX), out);
                left -= result.bytesConsumed();
                if (result.bytesConsumed() == 0 && result.bytesProduced() == 0) {
                    throw new SSLException("nothing can be sent any more");
                }
            }
        } finally {
            releaseSealedIfEmpty();
        }
        plainInSealed += bytes;
        if (!plain.isReadable()) {
            plain = null;
        }
    }

    /** Seals one record of what the engine itself has to say; it goes with the next {@link #pump}. */
    SSLEngineResult sealOwn(RecordEngine engine) throws SSLException {
        if (sealed != null && sealed.readableBytes() > WAITING_BYTES_MAX) {
            throw new SSLException("it asks and asks, and does not take the answers");
        }
        try {
            return engine.sealOwn(roomToSeal(TlsRecord.OVERHEAD_BYTES_MAX));
        } finally {
            releaseSealedIfEmpty();
        }
    }

    /** Seals all that the engine still has to say, such as that this is the end, or what was wrong. */
    void sealLast(RecordEngine engine) {
        try {
            SSLEngineResult result;
            do {
                result = sealOwn(engine);
            } while (result.bytesProduced() > 0 && result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP);
        } catch (SSLException nothingToSay) {
            // The engine tells again why it failed.
        }
    }

    private ByteBuf roomToSeal(int bytes) {
        if (sealed == null) {
            sealed = allocator.directBuffer(bytes);
        }
        return sealed;
    }

    private void releaseSealedIfEmpty() {
        if (sealed != null && !sealed.isReadable()) {
            sealed.release();
            sealed = null;
        }
    }

    /** The end is to follow all that was sealed. */
    void finish() {
        finishing = true;
    }

    /**
     * The transport has sent so many bytes.
     *
     * @return how many bytes of the send from above are to be reported
     */
    int onSent(int bytes) {
        int left = sending.readableBytes();
        // In proportion, so that a peer that takes a little at a time is seen to take something.
        int reached = left == 0 ? plainInSending : (int) ((long) plainInSending * (sendingBytes - left) / sendingBytes);
        int report = reached - reportedOfSending;
        reportedOfSending = reached;
        if (left == 0) {
            sending.release();
            sending = null;
        }
        unreportedBytes -= report;
        return report;
    }

    /** The transport is done with everything. */
    void release() {
        if (sending != null) {
            sending.release();
            sending = null;
        }
        if (sealed != null) {
            sealed.release();
            sealed = null;
        }
        plain = null;
    }
}
