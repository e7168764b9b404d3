package dev.tandem.codec;

import io.netty.buffer.ByteBuf;
import java.util.HexFormat;

/**
 * The bytes that end a frame, and the search for them: Knuth, Morris and Pratt's, which never goes back, so that it can
 * stop at any byte and go on when more have arrived.
 */
final class Delimiter {

    private static final int BYTES_MAX = 16;

    private final byte[] bytes;

    /** For each number of bytes matched, how many are still matched when the next one is a different one. */
    private final int[] fallback;

    Delimiter(byte[] bytes) {
        if (bytes.length < 1 || bytes.length > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "A delimiter must have between 1 and " + BYTES_MAX + " bytes, but has " + bytes.length + ".");
        }
        this.bytes = bytes.clone();
        this.fallback = new int[bytes.length];
        for (int i = 1; i < bytes.length; i++) {
            fallback[i] = i == 1 ? 0 : matchedAfter(bytes[i - 1], fallback[i - 1]);
        }
    }

    int length() {
        return bytes.length;
    }

    void writeTo(ByteBuf out) {
        out.writeBytes(bytes);
    }

    /**
     * Looks for the first delimiter that ends in {@code from} to {@code to}, when the {@code matched} bytes before
     * {@code from} are the beginning of one.
     *
     * @return the index behind the delimiter; or, when there is none, {@code -1 - n}, where {@code n} is how many bytes
     *     before {@code to} are the beginning of one
     */
    int search(ByteBuf in, int from, int to, int matched) {
        int at = from;
        int soFar = matched;
        while (at < to) {
            if (soFar == 0) {
                at = in.indexOf(at, to, bytes[0]);
                if (at < 0) {
                    return -1;
                }
                soFar = 1;
            } else {
                soFar = matchedAfter(in.getByte(at), soFar);
            }
            at++;
            if (soFar == bytes.length) {
                return at;
            }
        }
        return -1 - soFar;
    }

    private int matchedAfter(byte next, int matched) {
        int soFar = matched;
        while (soFar > 0 && next != bytes[soFar]) {
            soFar = fallback[soFar];
        }
        return next == bytes[soFar] ? soFar + 1 : 0;
    }

    /** The bytes in hexadecimal. */
    @Override
    public String toString() {
        return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }
}
