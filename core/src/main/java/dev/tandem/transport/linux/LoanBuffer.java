package dev.tandem.transport.linux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;

/**
 * Memory that the kernel receives into and that is then lent to the receiver for the length of a callback. The memory is
 * not this class's own; the buffer that is lent is, so a receiver that releases it cannot free the memory.
 */
public final class LoanBuffer {

    /** What poisoned bytes read as. */
    public static final byte POISON = (byte) 0xDB;

    private final ByteBuffer memory;
    private final long address;
    private final boolean poison;
    private ByteBuf lent;
    private int lentBytes;
    private boolean isOut;

    /** Lends the whole of {@code memory}, which must be direct. */
    public LoanBuffer(ByteBuffer memory, boolean poison) {
        this.memory = memory;
        this.address = Buffer.memoryAddress(memory) + memory.position();
        this.poison = poison;
        this.lent = Unpooled.wrappedBuffer(memory);
    }

    /** Where the memory begins. */
    public long address() {
        return address;
    }

    /** How many bytes it has. */
    public int capacity() {
        return memory.remaining();
    }

    /** Lends the first {@code bytes} bytes. */
    public ByteBuf lend(int bytes) {
        lentBytes = bytes;
        isOut = true;
        return lent.setIndex(0, bytes);
    }

    /** How many bytes were lent last. */
    public int lentBytes() {
        return lentBytes;
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
        boolean intact = references == 1 && lent.capacity() == capacity();
        if (!intact) {
            revoke();
            lent = Unpooled.wrappedBuffer(memory);
        }
        if (poison) {
            for (int i = 0; i < lentBytes; i++) {
                lent.setByte(i, POISON);
            }
        }
        if (!intact) {
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
