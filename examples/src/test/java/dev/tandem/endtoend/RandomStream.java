package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** A stream of random bytes that is the same for the same seed, written by one and verified by another. */
final class RandomStream {

    private static final int PIECE_BYTES_MAX = 96 << 10;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final long seed;
    private final SplittableRandom random;
    private final byte[] word = new byte[Long.BYTES];
    private int usedOfWord = Long.BYTES;
    private byte[] expected = new byte[0];
    private long position;

    RandomStream(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
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

    /** Sends the next {@code count} bytes in pieces of random sizes. */
    void sendTo(Peer peer, int count) throws IOException {
        SplittableRandom sizes = new SplittableRandom(seed);
        byte[] piece = new byte[PIECE_BYTES_MAX];
        for (int left = count; left > 0; ) {
            // Sizes of every magnitude: as many below 100 bytes as above 10 KB.
            int size = Math.min(left, (int) Math.exp(sizes.nextDouble() * Math.log(PIECE_BYTES_MAX)));
            next(piece, size);
            peer.send(piece, size);
            left -= size;
        }
    }

    /** Receives, with random pauses, and fails unless that is the next {@code count} bytes. */
    void receiveFrom(Peer peer, int count) throws IOException {
        SplittableRandom pauses = new SplittableRandom(~seed);
        byte[] piece = new byte[PIECE_BYTES_MAX];
        int received = 0;
        while (received < count) {
            int some = peer.receiveSome(piece);
            assertThat(some).as("bytes after the first %s", received).isPositive();
            verify(piece, some);
            received += some;
            if (pauses.nextInt(50) == 0) {
                LockSupport.parkNanos(pauses.nextInt(20_000_000));
            }
        }
        assertThat(received).isEqualTo(count);
    }
}
