package dev.tandem.benchmarks.driver;

import java.nio.ByteBuffer;

/**
 * The bytes that are sent and expected back: an endless repetition of one random block. A position in the stream fixes the
 * byte, so a lost, doubled, moved or changed byte is found by one comparison per receive. The block is small enough to
 * stay in the processor's cache.
 */
final class Script {

    private static final int BLOCK_BYTES = 64 << 10;
    /** Enough units that a lost block of a power of two is noticed. */
    private static final int UNITS_MIN = 17;

    private static final int LENGTH_BYTES = 4;

    private final ByteBuffer bytes;
    private final int unitBytes;
    private final int periodBytes;
    private final boolean frames;

    /**
     * @param payloadBytes of one message
     * @param frames whether each message begins with its length
     * @param contiguousBytes how many bytes may be read from any position below the period without wrapping
     */
    Script(int payloadBytes, boolean frames, int contiguousBytes, long seed) {
        this.frames = frames;
        unitBytes = payloadBytes + (frames ? LENGTH_BYTES : 0);
        // An odd count, so that the period is no power of two.
        int units = Math.max(UNITS_MIN, BLOCK_BYTES / unitBytes | 1);
        periodBytes = units * unitBytes;
        bytes = ByteBuffer.allocateDirect(periodBytes + contiguousBytes);
        for (int i = 0; i < periodBytes; i++) {
            bytes.put(i, (byte) mix(seed * 0x100000001L + i + 1));
        }
        for (int i = 0; frames && i < periodBytes; i += unitBytes) {
            bytes.putInt(i, payloadBytes);
        }
        for (int i = periodBytes; i < bytes.capacity(); i++) {
            bytes.put(i, bytes.get(i - periodBytes));
        }
    }

    /** The finaliser of SplitMix64: spreads a counter over all 64 bits. */
    private static long mix(long counter) {
        long z = counter * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Bytes of one message on the wire. */
    int unitBytes() {
        return unitBytes;
    }

    /** A view with its own position and limit. */
    ByteBuffer view() {
        return bytes.duplicate();
    }

    /** Where a connection begins. Each begins elsewhere, so that a reply sent to the wrong connection is found. */
    int start(long connection) {
        int start = (int) Long.remainderUnsigned(mix(connection + 0x1234567), periodBytes);
        return frames ? start / unitBytes * unitBytes : start;
    }

    int advance(int cursor, int count) {
        int next = cursor + count;
        return next < periodBytes ? next : next % periodBytes;
    }

    byte at(int cursor) {
        return bytes.get(cursor);
    }
}
