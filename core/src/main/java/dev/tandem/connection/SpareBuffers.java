package dev.tandem.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * The buffers that the connections of a loop fill and send. A few that came back are kept for the next connection that
 * writes: they have grown to the size of an answer already, and cost less than the pool's. They take 128 KiB at most, which
 * no budget counts, and none when the loop has no connections.
 */
final class SpareBuffers {

    private static final int KEPT_MAX = 8;
    private static final int KEPT_BYTES_MAX = 16 * 1024;
    private static final int FIRST_BYTES = 512;

    private final ByteBufAllocator allocator;
    private final ByteBuf[] kept = new ByteBuf[KEPT_MAX];
    private int count;

    SpareBuffers(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** An empty buffer, the caller's until it gives it back. It grows; {@code expectedBytes} helps to make it large enough. */
    ByteBuf take(int expectedBytes) {
        if (count > 0 && expectedBytes <= KEPT_BYTES_MAX) {
            ByteBuf buffer = kept[--count];
            kept[count] = null;
            return buffer;
        }
        return allocator.directBuffer(Math.max(FIRST_BYTES, expectedBytes));
    }

    /** Takes a buffer back. One that somebody else still refers to is not reused. */
    void giveBack(ByteBuf buffer) {
        if (count < KEPT_MAX && buffer.capacity() <= KEPT_BYTES_MAX && buffer.refCnt() == 1) {
            kept[count++] = buffer.clear();
        } else {
            buffer.release();
        }
    }

    /** Releases what is kept. */
    void release() {
        while (count > 0) {
            ByteBuf buffer = kept[--count];
            kept[count] = null;
            buffer.release();
        }
    }
}
