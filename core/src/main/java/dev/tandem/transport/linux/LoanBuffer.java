package dev.tandem.transport.linux;

import dev.tandem.transport.Loan;
import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;

/** Memory that the kernel receives into and that is then lent to the receiver for the length of a callback. */
public final class LoanBuffer {

    /** What poisoned bytes read as. */
    public static final byte POISON = (byte) 0xDB;

    private final ByteBuffer memory;
    private final long address;
    private final boolean poison;
    private final Loan loan;
    private int lentBytes;

    /** Lends the whole of {@code memory}, which must be direct. */
    public LoanBuffer(ByteBuffer memory, boolean poison) {
        this.memory = memory.slice();
        this.address = Buffer.memoryAddress(this.memory);
        this.poison = poison;
        this.loan = new Loan(this.memory);
    }

    /** Where the memory begins. */
    public long address() {
        return address;
    }

    /** How many bytes it has. */
    public int capacity() {
        return memory.capacity();
    }

    /** Lends the first {@code bytes} bytes. */
    public ByteBuf lend(int bytes) {
        lentBytes = bytes;
        return loan.lend(bytes);
    }

    /** Whether this is the buffer that is lent, at the moment. */
    public boolean isLent(ByteBuf buffer) {
        return loan.isLent(buffer);
    }

    /**
     * Ends the loan.
     *
     * @throws IllegalStateException if the receiver released, retained or resized the buffer
     */
    public void end() {
        try {
            loan.end();
        } finally {
            if (poison) {
                poisonLent();
            }
        }
    }

    private void poisonLent() {
        for (int i = 0; i < lentBytes; i++) {
            memory.put(i, POISON);
        }
    }

    /** Makes the buffer unusable for whoever still has it. To be called before the memory goes, and then nothing else. */
    public void revoke() {
        loan.revoke();
    }
}
