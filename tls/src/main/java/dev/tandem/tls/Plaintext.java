package dev.tandem.tls;

import dev.tandem.transport.Loan;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** Where the records that arrive are opened, and from where their bytes are lent. One for all connections of a loop. */
final class Plaintext {

    /** What opens out of the largest receive, and a record more. */
    static final int CAPACITY_BYTES = (64 << 10) + 2 * TlsRecord.PLAINTEXT_BYTES_MAX;

    private final ByteBuffer memory;
    private final Loan loan;

    Plaintext(boolean onHeap) {
        this.memory = onHeap ? ByteBuffer.allocate(CAPACITY_BYTES) : ByteBuffer.allocateDirect(CAPACITY_BYTES);
        this.loan = new Loan(memory);
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
        return loan.lend(memory.position());
    }

    boolean isLent(ByteBuf buffer) {
        return loan.isLent(buffer);
    }

    /** Forgets what was opened and not lent. */
    void discard() {
        memory.clear();
    }

    /**
     * Ends the loan; there is nothing any more.
     *
     * @throws IllegalStateException if the receiver released, retained or resized the buffer
     */
    void end() {
        memory.clear();
        loan.end();
    }
}
