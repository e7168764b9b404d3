package dev.tandem.codec;

import io.netty.buffer.ByteBuf;

/** A length field of one to four bytes. Nothing is remembered between two reads, so it is its own reader. */
final class FixedWidthFraming implements Framing, FrameReader {

    private final int fieldBytes;
    private final boolean littleEndian;
    private final boolean includingLength;
    private final HeaderBefore header;
    private final int maxFrame;

    FixedWidthFraming(
            int fieldBytes, boolean littleEndian, boolean includingLength, HeaderBefore header, int maxFrame) {
        this.fieldBytes = fieldBytes;
        this.littleEndian = littleEndian;
        this.includingLength = includingLength;
        this.header = header;
        this.maxFrame = maxFrame;
        long most = lengthMax() - countedFieldBytes() + header.bytes();
        if (maxFrame < Math.max(1, header.bytes()) || maxFrame > most) {
            throw new IllegalArgumentException("maxFrame must be between " + Math.max(1, header.bytes()) + " and "
                    + Math.min(most, Integer.MAX_VALUE) + " for a length of " + fieldBytes + " bytes, but was "
                    + maxFrame + ".");
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
        int prefixBytes = header.bytes() + fieldBytes;
        if (in.readableBytes() < prefixBytes) {
            return INCOMPLETE;
        }
        int frame = in.readerIndex();
        int rest = announced(length(in, frame + header.bytes()));
        // Subtracted, because the sum of a prefix and the largest body does not fit an int.
        if (in.readableBytes() - prefixBytes < rest) {
            return INCOMPLETE;
        }
        header.moveUp(in, frame, fieldBytes);
        in.readerIndex(frame + fieldBytes);
        return header.bytes() + rest;
    }

    @Override
    public int begin(ByteBuf out) {
        int mark = out.writerIndex();
        out.ensureWritable(fieldBytes).writerIndex(mark + fieldBytes);
        return mark;
    }

    @Override
    public void end(ByteBuf out, int mark) {
        int body = out.writerIndex() - mark - fieldBytes;
        header.checkWritten(body, maxFrame);
        header.moveDown(out, mark, fieldBytes);
        setLength(out, mark + header.bytes(), body - header.bytes() + countedFieldBytes());
    }

    /** The bytes after the field that a length announces. */
    private int announced(int length) {
        if (length < 0) {
            throw FrameException.malformed("The length of a frame must not be negative, but was " + length + ".");
        }
        int rest = length - countedFieldBytes();
        if (rest < 0) {
            throw FrameException.malformed("The length of a frame counts its own " + fieldBytes
                    + " bytes and cannot be less, but was " + length + ".");
        }
        if (rest > maxFrame - header.bytes()) {
            throw FrameException.tooLarge((long) rest + header.bytes(), maxFrame);
        }
        return rest;
    }

    private int countedFieldBytes() {
        return includingLength ? fieldBytes : 0;
    }

    private long lengthMax() {
        return fieldBytes == 4 ? Integer.MAX_VALUE : (1L << 8 * fieldBytes) - 1;
    }

    private int length(ByteBuf in, int index) {
        int bigEndian = switch (fieldBytes) {
            case 1 -> in.getUnsignedByte(index);
            case 2 -> in.getUnsignedShort(index);
            case 3 -> in.getUnsignedMedium(index);
            default -> in.getInt(index);
        };
        return littleEndian ? swapped(bigEndian) : bigEndian;
    }

    private void setLength(ByteBuf out, int index, int length) {
        int bigEndian = littleEndian ? swapped(length) : length;
        switch (fieldBytes) {
            case 1 -> out.setByte(index, bigEndian);
            case 2 -> out.setShort(index, bigEndian);
            case 3 -> out.setMedium(index, bigEndian);
            default -> out.setInt(index, bigEndian);
        }
    }

    /** The field's bytes in the other order. */
    private int swapped(int field) {
        return Integer.reverseBytes(field) >>> Integer.SIZE - Byte.SIZE * fieldBytes;
    }

    /** The calls that make this framing. */
    @Override
    public String toString() {
        return "LengthPrefixed.int" + 8 * fieldBytes + "()" + (littleEndian ? ".littleEndian()" : "")
                + (includingLength ? ".includingLength()" : "") + header + ".maxFrame(" + maxFrame + ")";
    }
}
