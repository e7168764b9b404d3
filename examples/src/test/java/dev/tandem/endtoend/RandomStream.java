package dev.tandem.endtoend;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/** A stream of random bytes that is the same for the same seed, written by one and verified by another. */
final class RandomStream {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final SplittableRandom random;
    private final byte[] word = new byte[Long.BYTES];
    private int usedOfWord = Long.BYTES;
    private byte[] expected = new byte[0];
    private long position;

    RandomStream(long seed) {
        random = new SplittableRandom(seed);
    }

    /** The next {@code count} bytes of the stream. */
    void next(byte[] into, int count) {
        int i = 0;
        while (i < count) {
            if (usedOfWord < Long.BYTES) {
                into[i++] = word[usedOfWord++];
            } else if (count - i >= Long.BYTES) {
                LONGS.set(into, i, random.nextLong());
                i += Long.BYTES;
            } else {
                LONGS.set(word, 0, random.nextLong());
                usedOfWord = 0;
            }
        }
        position += count;
    }

    /** Fails unless the first {@code count} bytes are the next ones of the stream. */
    void verify(byte[] received, int count) {
        if (expected.length < count) {
            expected = new byte[count];
        }
        long from = position;
        next(expected, count);
        int wrong = Arrays.mismatch(expected, 0, count, received, 0, count);
        if (wrong >= 0) {
            throw new AssertionError("The byte at position " + (from + wrong) + " of the stream is wrong.");
        }
    }
}
