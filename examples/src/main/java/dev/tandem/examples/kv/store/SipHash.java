package dev.tandem.examples.kv.store;

import io.netty.buffer.ByteBuf;
import java.security.SecureRandom;

/**
 * SipHash-1-3 under a secret key. Clients choose the keys of a store, so with a hash that anybody can compute they could
 * choose keys that all collide and turn every operation into a search through all of them.
 *
 * @see <a href="https://www.aumasson.jp/siphash/siphash.pdf">Aumasson and Bernstein, SipHash: a fast short-input PRF</a>
 */
public final class SipHash implements KeyHash {

    private static final int LAST_ROUNDS = 3;

    private final long key0;
    private final long key1;

    SipHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    /** A hash under a new key that nobody knows. */
    public static SipHash random() {
        SecureRandom random = new SecureRandom();
        return new SipHash(random.nextLong(), random.nextLong());
    }

    /** One round for each word of the input, one for its tail and length, and three without input. */
    @Override
    public long hash(ByteBuf bytes, int offset, int length) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        int words = length >>> 3;
        long word = 0;
        for (int round = 0; round <= words + LAST_ROUNDS; round++) {
            if (round < words) {
                word = bytes.getLongLE(offset + 8 * round);
            } else if (round == words) {
                word = Words.load(bytes, offset + 8 * words, length & 7) | (long) length << 56;
            } else {
                word = 0;
                v2 ^= round == words + 1 ? 0xff : 0;
            }
            v3 ^= word;
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32) + v3;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
            v0 ^= word;
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
