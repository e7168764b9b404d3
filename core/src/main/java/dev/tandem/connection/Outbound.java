package dev.tandem.connection;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/**
 * The bytes of a connection that were written and not yet sent: one buffer with the kernel, one being filled, and when the
 * peer is slow a queue of full ones between them. Nothing is held when there is nothing to send.
 */
final class Outbound {

    /** A buffer that has grown past this is not filled any further while another one is with the kernel. */
    private static final int SEGMENT_BYTES = 64 * 1024;

    private final SpareBuffers buffers;

    /** A loan that was written back as it is and that nothing stands before or behind; null if there is none. */
    private ByteBuf forwarded;

    private int forwardedFrom;
    private int forwardedTo;

    /** Bytes of ours that the transport has; null if it has none, or has a loan of its own. */
    private ByteBuf sending;

    private int inFlightBytes;
    private ArrayDeque<ByteBuf> full;
    private ByteBuf filling;

    /** Bytes handed to the transport and not yet reported, and bytes in the queue; those being filled come on top. */
    private int settledBytes;

    /** Memory of the buffers in the queue. */
    private int fullHeldBytes;

    Outbound(SpareBuffers buffers) {
        this.buffers = buffers;
    }

    /** How many bytes wait to be sent, those with the kernel included. */
    int bytes() {
        return settledBytes + (filling == null ? 0 : filling.readableBytes());
    }

    /** How much memory they take: that of whole buffers, and of a loan the bytes that are being sent. */
    long heldBytes() {
        long inFlight = sending == null ? inFlightBytes : sending.capacity();
        return inFlight + fullHeldBytes + (filling == null ? 0 : filling.capacity());
    }

    boolean isEmpty() {
        return bytes() == 0;
    }

    /**
     * Takes note that all unread bytes of a loan are written back, and reads them. If nothing comes behind them, {@link
     * #takeForwarded} gives them to be sent from where they are; else they are copied.
     *
     * @return false, and nothing was done, if something stands before them
     */
    boolean forward(ByteBuf loan) {
        if (forwarded != null || !isEmpty()) {
            return false;
        }
        forwarded = loan;
        forwardedFrom = loan.readerIndex();
        forwardedTo = loan.writerIndex();
        loan.readerIndex(forwardedTo);
        return true;
    }

    /** The loan to send as it is, its readable bytes being those to send; null if there is none. */
    ByteBuf takeForwarded() {
        if (forwarded == null) {
            return null;
        }
        ByteBuf loan = forwarded.setIndex(forwardedFrom, forwardedTo);
        forwarded = null;
        return loan;
    }

    /** The buffer to append to; it grows as needed. {@code expectedBytes} helps to make it large enough at once. */
    ByteBuf appendable(int expectedBytes) {
        if (forwarded != null) {
            // It is no longer alone, and stays before what comes now.
            ByteBuf bytes = forwarded;
            forwarded = null;
            appendable(forwardedTo - forwardedFrom).writeBytes(bytes, forwardedFrom, forwardedTo - forwardedFrom);
        }
        if (filling != null && filling.readableBytes() >= SEGMENT_BYTES) {
            if (full == null) {
                full = new ArrayDeque<>();
            }
            settledBytes += filling.readableBytes();
            fullHeldBytes += filling.capacity();
            full.add(filling);
            filling = null;
        }
        if (filling == null) {
            filling = buffers.take(expectedBytes);
        }
        return filling;
    }

    /** The next bytes to hand to the transport, which then has them until they are reported; null if there are none. */
    ByteBuf nextToSend() {
        if (inFlightBytes > 0) {
            return null;
        }
        if (full != null && !full.isEmpty()) {
            sending = full.poll();
            fullHeldBytes -= sending.capacity();
        } else if (filling != null && filling.isReadable()) {
            sending = filling;
            settledBytes += filling.readableBytes();
            filling = null;
        } else {
            releaseIfUnused();
            return null;
        }
        inFlightBytes = sending.readableBytes();
        return sending;
    }

    /** The transport is sending so many bytes of a loan of its own. */
    void onLoanSent(int bytes) {
        inFlightBytes = bytes;
        settledBytes += bytes;
    }

    /** Gives up the buffer being filled if nothing was appended to it. */
    void releaseIfUnused() {
        if (filling != null && !filling.isReadable()) {
            buffers.giveBack(filling);
            filling = null;
        }
    }

    /** The transport reported bytes as sent. */
    void onSent(int bytes) {
        settledBytes -= bytes;
        inFlightBytes -= bytes;
        if (inFlightBytes == 0) {
            releaseSending();
        }
    }

    /** Drops what the transport does not have. */
    void discardUnsent() {
        if (filling != null) {
            buffers.giveBack(filling);
            filling = null;
        }
        if (full != null) {
            full.forEach(buffers::giveBack);
            full = null;
            fullHeldBytes = 0;
        }
        settledBytes = inFlightBytes;
    }

    /** The transport is done with everything. */
    void release() {
        discardUnsent();
        releaseSending();
        inFlightBytes = 0;
        settledBytes = 0;
    }

    private void releaseSending() {
        if (sending != null) {
            buffers.giveBack(sending);
            sending = null;
        }
    }
}
