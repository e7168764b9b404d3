package dev.tandem.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Ciphertext that has arrived and could not be opened yet: a record that is not complete, or what came when the connection
 * was paused. Nothing is held otherwise, and memory follows what arrived, not what was announced.
 */
final class Incoming {

    private final ByteBufAllocator allocator;
    private ByteBuf kept;

    Incoming(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** What is kept; null if nothing is. */
    ByteBuf kept() {
        return kept;
    }

    /** Moves from {@code in} behind what is kept as much as the record there still lacks. */
    void completeFrom(ByteBuf in) {
        kept.writeBytes(in, Math.min(TlsRecord.missingBytes(kept), in.readableBytes()));
    }

    /** Keeps what is left of {@code in}. */
    void keep(ByteBuf in) {
        if (!in.isReadable()) {
            return;
        }
        if (kept == null) {
            kept = allocator.directBuffer(in.readableBytes());
        } else {
            kept.discardReadBytes();
        }
        kept.writeBytes(in);
    }

    /** What was kept may have been opened. */
    void releaseIfRead() {
        if (kept != null && !kept.isReadable()) {
            release();
        }
    }

    void release() {
        if (kept != null) {
            kept.release();
            kept = null;
        }
    }
}
