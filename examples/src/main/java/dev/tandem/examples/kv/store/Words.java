package dev.tandem.examples.kv.store;

import io.netty.buffer.ByteBuf;

/** Bytes read eight at a time, the first byte lowest. */
public final class Words {

    private Words() {}

    /**
     * The {@code length} bytes (0 to 8) at {@code offset} as the low bytes of a word whose other bytes are 0.
     */
    public static long load(ByteBuf bytes, int offset, int length) {
        if (offset + Long.BYTES <= bytes.writerIndex()) {
            // Reading what stands behind is cheaper than reading byte by byte, and it does not leave the buffer.
            return bytes.getLongLE(offset) & mask(length);
        }
        long word = 0;
        for (int i = length - 1; i >= 0; i--) {
            word = word << 8 | bytes.getByte(offset + i) & 0xff;
        }
        return word;
    }

    /** A word whose low {@code length} bytes (0 to 8) are ones. */
    static long mask(int length) {
        return length == 0 ? 0 : -1L >>> 64 - 8 * length;
    }
}
