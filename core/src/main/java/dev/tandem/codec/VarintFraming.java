package dev.tandem.codec;

import io.netty.buffer.ByteBuf;

/** A length field of one to five bytes, unsigned LEB128. Nothing is remembered, so it is its own reader. */
final class VarintFraming implements Framing, FrameReader {

    private static final int FIELD_BYTES_MAX = 5;
    private static final long LENGTH_MAX = 0xffff_ffffL;
    private static final int MORE = 0x80;

    /** What {@link #begin} keeps free: enough for bodies below 128 bytes. */
    private static final int RESERVED_BYTES = 1;

    private final HeaderBefore header;
    private final int maxFrame;

    VarintFraming(HeaderBefore header, int maxFrame) {
        this.header = header;
        this.maxFrame = maxFrame;
        if (maxFrame < Math.max(1, header.bytes())) {
            throw new IllegalArgumentException(
                    "maxFrame must be at least " + Math.max(1, header.bytes()) + ", but was " + maxFrame + ".");
        }
    }

    @Override
    public int maxFrame() {
        return maxFrame;
    }

    @Override
    public FrameReader newReader() {
        return this;
    }

    @Override
    public int read(ByteBuf in) {
        int frame = in.readerIndex();
        long length = length(in, frame + header.bytes());
        if (length == INCOMPLETE) {
            return INCOMPLETE;
        }
        if (length > maxFrame - header.bytes()) {
            throw FrameException.tooLarge(length + header.bytes(), maxFrame);
        }
        int rest = (int) length;
        int fieldBytes = fieldBytes(rest);
        // Subtracted, because the sum of a prefix and the largest body does not fit an int.
        if (in.readableBytes() - header.bytes() - fieldBytes < rest) {
            return INCOMPLETE;
        }
        header.moveUp(in, frame, fieldBytes);
        in.readerIndex(frame + fieldBytes);
        return header.bytes() + rest;
    }

    @Override
    public int begin(ByteBuf out) {
        int mark = out.writerIndex();
        out.ensureWritable(RESERVED_BYTES).writerIndex(mark + RESERVED_BYTES);
        return mark;
    }

    @Override
    public void end(ByteBuf out, int mark) {
        int body = out.writerIndex() - mark - RESERVED_BYTES;
        header.checkWritten(body, maxFrame);
        int rest = body - header.bytes();
        int extraBytes = fieldBytes(rest) - RESERVED_BYTES;
        if (extraBytes > 0) {
            moveUp(out, mark + RESERVED_BYTES + header.bytes(), rest, extraBytes);
        }
        header.moveDown(out, mark, RESERVED_BYTES);
        setLength(out, mark + header.bytes(), rest);
    }

    /** The length that stands at {@code field}, or {@link #INCOMPLETE}. */
    private static long length(ByteBuf in, int field) {
        long length = 0;
        for (int i = 0; i < FIELD_BYTES_MAX; i++) {
            if (field + i >= in.writerIndex()) {
                return INCOMPLETE;
            }
            int next = in.getUnsignedByte(field + i);
            length |= (long) (next & ~MORE) << 7 * i;
            if (next < MORE) {
                return checked(length, i + 1);
            }
        }
        throw FrameException.malformed("The length of a frame has more than " + FIELD_BYTES_MAX + " bytes.");
    }

    private static long checked(long length, int fieldBytes) {
        if (length > LENGTH_MAX) {
            throw FrameException.malformed("The length of a frame must fit 32 bits, but was " + length + ".");
        }
        if (fieldBytes != fieldBytes(length)) {
            throw FrameException.malformed("The length " + length + " takes " + fieldBytes(length)
                    + " bytes, but came in " + fieldBytes + ".");
        }
        return length;
    }

    private static int fieldBytes(long length) {
        // Seven bits to a byte, and zero takes a byte too.
        return (Long.SIZE - Long.numberOfLeadingZeros(length | 1) + 6) / 7;
    }

    private static void setLength(ByteBuf out, int index, int length) {
        int left = length;
        int at = index;
        while (left >= MORE) {
            out.setByte(at++, left | MORE);
            left >>>= 7;
        }
        out.setByte(at, left);
    }

    private static void moveUp(ByteBuf out, int from, int bytes, int by) {
        if (!out.isContiguous()) {
            // A composite buffer copies part by part and would read what it has just overwritten.
            throw new IllegalArgumentException("A varint framing writes to contiguous buffers only.");
        }
        out.ensureWritable(by).writerIndex(out.writerIndex() + by);
        out.setBytes(from + by, out, from, bytes);
    }

    /** The calls that make this framing. */
    @Override
    public String toString() {
        return "LengthPrefixed.varint()" + header + ".maxFrame(" + maxFrame + ")";
    }
}
