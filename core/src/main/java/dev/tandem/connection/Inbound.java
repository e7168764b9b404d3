package dev.tandem.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * The bytes of a connection that were received and that the handler left unread. Only those are copied: a chunk that is
 * read to its end is never.
 */
final class Inbound {

    private final ByteBufAllocator allocator;
    private ByteBuf tail;

    Inbound(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** How many bytes are kept. */
    int bytes() {
        return tail == null ? 0 : tail.readableBytes();
    }

    /** How much memory they take, room for more included. */
    int heldBytes() {
        return tail == null ? 0 : tail.capacity();
    }

    /**
     * What the handler shall see when {@code loan} arrives: the loan itself, or if bytes are kept, those with the loan's
     * behind them.
     */
    ByteBuf join(ByteBuf loan) {
        if (tail == null) {
            return loan;
        }
        // Room is made by dropping what was read before the buffer is made larger: memory follows what is unread.
        if (tail.writableBytes() < loan.readableBytes() && tail.readerIndex() > 0) {
            tail.discardReadBytes();
        }
        return tail.writeBytes(loan);
    }

    /** What the handler shall see when nothing new has arrived; null if nothing is kept. */
    ByteBuf kept() {
        return tail;
    }

    /** The handler has returned: keeps what it left unread in {@code seen}, which is what it was given. */
    void keepUnread(ByteBuf seen) {
        if (seen == tail) {
            if (!tail.isReadable()) {
                release();
            }
        } else if (seen.isReadable()) {
            tail = allocator.directBuffer(seen.readableBytes()).writeBytes(seen);
        }
    }

    void release() {
        if (tail != null) {
            tail.release();
            tail = null;
        }
    }
}
