package dev.tandem.codec;

import java.util.Arrays;
import java.util.Random;

/** Bytes that were right, with something wrong in them. */
final class Mutation {

    private static final int[] TELLING = {0x00, 0x01, 0x7f, 0x80, 0xff, '\r', '\n'};

    private Mutation() {}

    static byte[] of(byte[] bytes, Random random) {
        byte[] mutated = bytes;
        for (int i = random.nextInt(3); i >= 0; i--) {
            mutated = once(mutated, random);
        }
        return mutated;
    }

    private static byte[] once(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length + 1);
        byte[] before = Arrays.copyOf(bytes, at);
        byte[] behind = Arrays.copyOfRange(bytes, at, bytes.length);
        return switch (random.nextInt(6)) {
            case 0 -> before;
            case 1 -> behind;
            case 2 -> Wire.joined(before, behind, behind);
            case 3 -> Wire.joined(before, telling(random), behind);
            case 4 -> replaced(bytes, at, telling(random));
            default -> replaced(bytes, at, new byte[] {(byte) random.nextInt()});
        };
    }

    /** One to eight bytes of the kind that parsers stumble over. */
    private static byte[] telling(Random random) {
        return Wire.repeated(TELLING[random.nextInt(TELLING.length)], 1 + random.nextInt(8));
    }

    private static byte[] replaced(byte[] bytes, int at, byte[] by) {
        byte[] replaced = bytes.clone();
        System.arraycopy(by, 0, replaced, at, Math.min(by.length, bytes.length - at));
        return replaced;
    }
}
