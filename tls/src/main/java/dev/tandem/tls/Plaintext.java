package dev.tandem.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/** Where the records that arrive are opened, and from where their bytes are lent. One for all connections of a loop. */
final class Plaintext {

    /** What opens out of the largest receive, and a record more. */
    static final int CAPACITY_BYTES = (64 << 10) + 2 * TlsRecord.PLAINTEXT_BYTES_MAX;

    private final ByteBuffer memory;
    private ByteBuf lent;
    private boolean lending;

    Plaintext(boolean onHeap) {
        this.memory = onHeap ? ByteBuffer.allocate(CAPACITY_BYTES) : ByteBuffer.allocateDirect(CAPACITY_BYTES);
        this.lent = wrapped();
    }

    private ByteBuf wrapped() {
        return Unpooled.wrappedBuffer(memory.duplicate().clear());
    }

    /** Whether the next record fits, whatever it holds. */
    boolean hasRoom() {
        return memory.remaining() >= TlsRecord.BODY_BYTES_MAX;
    }

    boolean isEmpty() {
        return memory.position() == 0;
    }

    /** Where the next record is opened; the position moves behind what it held. */
    ByteBuffer room() {
        return memory;
    }

    /** Lends all that was opened. */
    ByteBuf lend() {
        lending = true;
        return lent.setIndex(0, memory.position());
    }

    boolean isLent(ByteBuf buffer) {
        return lending && buffer == lent;
    }

    /**
     * Ends the loan; there is nothing any more.
     *
     * @throws IllegalStateException if the receiver released, retained or resized the buffer
     */
    void end() {
        lending = false;
        memory.clear();
        int references = lent.refCnt();
        if (references == 1 && lent.capacity() == CAPACITY_BYTES) {
            return;
        }
        if (references > 0) {
            lent.release(references);
        }
        lent = wrapped();
        throw new IllegalStateException(
                "Received bytes are a loan for the length of the callback: do not release, retain or resize the buffer"
                        + " (its reference count is " + references + "). Copy what you want to keep.");
    }
}
