package dev.tandem.codec;

import io.netty.buffer.ByteBuf;

/**
 * A header of fixed size that stands before the length field and belongs to the body.
 *
 * <pre>
 *   on the wire   header  length  rest
 *   for a codec           header  rest
 * </pre>
 *
 * <p>The few bytes of the header move, never the rest.
 */
record HeaderBefore(int bytes) {

    static final HeaderBefore NONE = new HeaderBefore(0);

    private static final int BYTES_MAX = 64;

    static HeaderBefore of(int bytes) {
        if (bytes < 1 || bytes > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "headerBytesBefore must be between 1 and " + BYTES_MAX + ", but was " + bytes + ".");
        }
        return new HeaderBefore(bytes);
    }

    /** Moves the header that begins at {@code from} towards the end, across the field, to the rest of its body. */
    void moveUp(ByteBuf in, int from, int fieldBytes) {
        for (int i = bytes - 1; i >= 0; i--) {
            in.setByte(from + fieldBytes + i, in.getByte(from + i));
        }
    }

    /** Moves the header that begins at {@code to + reservedBytes} back to where the frame begins. */
    void moveDown(ByteBuf out, int to, int reservedBytes) {
        for (int i = 0; i < bytes; i++) {
            out.setByte(to + i, out.getByte(to + reservedBytes + i));
        }
    }

    /** Requires a body that was written to hold the header and to keep the limit. */
    void checkWritten(int bodyBytes, int maxFrame) {
        if (bodyBytes > maxFrame) {
            throw FrameException.tooLarge(bodyBytes, maxFrame);
        }
        if (bodyBytes < bytes) {
            throw FrameException.malformed(
                    "The body has " + bodyBytes + " bytes, but must begin with a header of " + bytes + ".");
        }
    }

    /** The call that asks for this header. */
    @Override
    public String toString() {
        return bytes == 0 ? "" : ".headerBytesBefore(" + bytes + ")";
    }
}
