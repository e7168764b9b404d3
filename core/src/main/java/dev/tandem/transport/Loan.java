package dev.tandem.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/**
 * Memory whose bytes are lent, for the length of a callback, to whoever is told of them. The memory is not this class's own;
 * the buffer that is lent is, so a receiver that releases it cannot free the memory. For one thread.
 */
public final class Loan {

    private final ByteBuffer memory;
    private ByteBuf lent;
    private boolean isOut;

    /** Lends from {@code memory}, between its position and its limit. */
    public Loan(ByteBuffer memory) {
        this.memory = memory.slice();
        this.lent = Unpooled.wrappedBuffer(this.memory);
    }

    /**
     * Lends the first {@code bytes} bytes, until {@link #end}.
     *
     * @throws IndexOutOfBoundsException if there are not so many
     */
    public ByteBuf lend(int bytes) {
        isOut = true;
        return lent.setIndex(0, bytes);
    }

    /** Whether this is the buffer that is lent, at the moment. */
    public boolean isLent(ByteBuf buffer) {
        return isOut && buffer == lent;
    }

    /**
     * Ends the loan.
     *
     * @throws IllegalStateException if the receiver released, retained or resized the buffer
     */
    public void end() {
        isOut = false;
        int references = lent.refCnt();
        if (references != 1 || lent.capacity() != memory.capacity()) {
            revoke();
            lent = Unpooled.wrappedBuffer(memory);
            throw new IllegalStateException(
                    "Received bytes are a loan for the length of the callback: do not release, retain or resize the"
                            + " buffer (its reference count is " + references
                            + "). Copy what you want to keep.");
        }
    }

    /** Makes the buffer unusable for whoever still has it. To be called before the memory goes, and then nothing else. */
    public void revoke() {
        int references = lent.refCnt();
        if (references > 0) {
            lent.release(references);
        }
    }
}
