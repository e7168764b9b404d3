package dev.tandem.codec;

import java.util.Arrays;

/** The bytes of one fuzz input, taken from the front; zeros when there are no more. */
final class FuzzInput {

    private final byte[] bytes;
    private int next;

    FuzzInput(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A number from 0 to {@code bound - 1}, from one byte. */
    int below(int bound) {
        return next < bytes.length ? (bytes[next++] & 0xff) % bound : 0;
    }

    boolean flag() {
        return below(2) == 1;
    }

    byte[] take(int count) {
        byte[] taken = new byte[count];
        for (int i = 0; i < count; i++) {
            taken[i] = (byte) below(256);
        }
        return taken;
    }

    byte[] rest() {
        return Arrays.copyOfRange(bytes, next, bytes.length);
    }

    /** How many bytes have been taken. */
    int taken() {
        return next;
    }
}
