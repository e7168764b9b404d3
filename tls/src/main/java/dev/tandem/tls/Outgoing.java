package dev.tandem.tls;

import dev.tandem.transport.StreamSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * What is sent: bytes from above, sealed a few records at a time, and between them what the engine itself has to say. At most
 * one buffer of records is with the transport; what was sealed meanwhile waits.
 */
final class Outgoing {

    /** So much is sealed for one send: all of a loan, which cannot wait for another. */
    private static final int SEND_BYTES = Plaintext.CAPACITY_BYTES;

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

    /** Whether nothing is with the transport, nor waits. */
    boolean isIdle() {
        return sending == null && sealed == null && plain == null;
    }

    int heldBytes() {
        return (sending == null ? 0 : sending.capacity()) + (sealed == null ? 0 : sealed.capacity());
    }

    /** Refuses a further send while there is one from above that is not reported. */
    void requireNoSendInFlight() {
        if (unreportedBytes > 0) {
            throw new IllegalStateException("A send is in flight: wait until onSent has reported all of it.");
        }
    }

    /** Refuses a send after the end, too. */
    void requireMaySend() {
        requireNoSendInFlight();
        if (finishing) {
            throw new IllegalStateException("The output was shut down: nothing can be sent any more.");
        }
    }

    /** Takes bytes from above; {@link #pump} seals and sends them. */
    void accept(ByteBuf bytes) {
        plain = bytes;
        unreportedBytes = bytes.readableBytes();
    }

    /**
     * Sends what there is, unless the transport has something already; then the end, if it was asked for.
     *
     * @param engine null if it must not be used
     * @throws SSLException if the engine seals nothing any more
     */
    void pump(RecordEngine engine) throws SSLException {
        if (sending == null && plain != null && engine != null) {
            sealPlain(engine);
        }
        sendSealed();
    }

    /** Sends what was sealed, unless the transport has something already; then the end, if it was asked for. */
    void sendSealed() {
        if (sending != null) {
            return;
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

    private void sealPlain(RecordEngine engine) throws SSLException {
        ByteBuf from = plain;
        // Before the engine can fail: then nothing must be sealed from here again, where other bytes may stand by then.
        plain = null;
        int bytes = Math.min(from.readableBytes(), SEND_BYTES);
        int records = (bytes + TlsRecord.PLAINTEXT_BYTES_MAX - 1) / TlsRecord.PLAINTEXT_BYTES_MAX;
        ByteBuf out = roomToSeal(bytes + records * TlsRecord.OVERHEAD_BYTES_MAX);
        try {
            for (int left = bytes; left > 0; ) {
                SSLEngineResult result = engine.seal(from, Math.min(left, TlsRecord.PLAINTEXT_BYTES_MAX), out);
                left -= result.bytesConsumed();
                if (result.bytesConsumed() == 0 && result.bytesProduced() == 0) {
                    throw new SSLException("nothing can be sent any more");
                }
            }
        } finally {
            releaseSealedIfEmpty();
        }
        plainInSealed += bytes;
        if (from.isReadable()) {
            plain = from;
        }
    }

    /**
     * Seals what the engine itself has to say, as long as that is what it wants; it goes with the next {@link #pump}.
     *
     * @return what it wants then
     */
    HandshakeStatus sealOwn(RecordEngine engine) throws SSLException {
        if (sealed != null && sealed.readableBytes() > WAITING_BYTES_MAX) {
            throw new SSLException("it asks and asks, and does not take the answers");
        }
        try {
            SSLEngineResult result;
            do {
                result = engine.sealOwn(roomToSeal(TlsRecord.OVERHEAD_BYTES_MAX));
            } while (result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && result.bytesProduced() > 0);
            return result.getHandshakeStatus();
        } finally {
            releaseSealedIfEmpty();
        }
    }

    /** Seals what a failed engine has to say about it. */
    void sealAlert(RecordEngine engine) {
        try {
            sealOwn(engine);
        } catch (SSLException again) {
            // It has said it, and only tells us once more.
        }
    }

    /** Seals the word that this is the end. */
    void sealEnd(RecordEngine engine) {
        if (!engine.isOutputClosed()) {
            engine.closeOutput();
            sealAlert(engine);
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

    /** The end of the stream is to follow all that was sealed. */
    void finish() {
        finishing = true;
        sendSealed();
    }

    /**
     * The transport has sent some of what it has.
     *
     * @return how many bytes of the send from above are to be reported
     */
    int onSent() {
        int left = sending.readableBytes();
        // In proportion, so that a peer that takes a little at a time is seen to take something.
        int reached = (int) ((long) plainInSending * (sendingBytes - left) / sendingBytes);
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
