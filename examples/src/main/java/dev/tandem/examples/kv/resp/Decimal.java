package dev.tandem.examples.kv.resp;

import io.netty.buffer.ByteBuf;

/**
 * Decimal integers of 64 bits in the one form Redis accepts: an optional minus, no plus, no space, no leading zero.
 * Used by one thread at a time; it holds the last number parsed so that parsing allocates nothing.
 */
public final class Decimal {

    /** The most characters a number has: a minus and 19 digits. */
    public static final int LENGTH_MAX = 20;

    private final byte[] text = new byte[LENGTH_MAX];
    private long value;

    /** Whether these bytes are a number, which {@link #value} then returns. */
    public boolean parse(ByteBuf bytes, int offset, int length) {
        if (length == 0 || length > LENGTH_MAX) {
            return false;
        }
        bytes.getBytes(offset, text, 0, length);
        return parse(text, 0, length);
    }

    /** Whether these bytes are a number, which {@link #value} then returns. */
    public boolean parse(byte[] bytes, int offset, int length) {
        if (length == 0 || length > LENGTH_MAX) {
            return false;
        }
        if (length == 1 && bytes[offset] == '0') {
            value = 0;
            return true;
        }
        boolean negative = bytes[offset] == '-';
        int at = negative ? offset + 1 : offset;
        int end = offset + length;
        if (at == end || bytes[at] == '0') {
            return false;
        }
        return parseDigits(bytes, at, end, negative);
    }

    /** The number is built below zero, where there is room for one more than above. */
    private boolean parseDigits(byte[] bytes, int from, int end, boolean negative) {
        long sum = 0;
        for (int at = from; at < end; at++) {
            int digit = bytes[at] - '0';
            if (digit < 0 || digit > 9 || sum < Long.MIN_VALUE / 10) {
                return false;
            }
            sum = sum * 10 - digit;
            if (sum > 0) {
                return false;
            }
        }
        if (!negative && sum == Long.MIN_VALUE) {
            return false;
        }
        value = negative ? sum : -sum;
        return true;
    }

    /** The number that the last successful {@code parse} read. */
    public long value() {
        return value;
    }

    /**
     * Writes a number so that it ends just before {@code end}, which must leave room for {@link #LENGTH_MAX} bytes.
     *
     * @return where the number begins
     */
    public static int writeBefore(long number, byte[] to, int end) {
        int at = end;
        long rest = number > 0 ? -number : number;
        do {
            to[--at] = (byte) ('0' - rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (number < 0) {
            to[--at] = '-';
        }
        return at;
    }
}
