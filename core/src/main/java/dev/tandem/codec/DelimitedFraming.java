package dev.tandem.codec;

import io.netty.buffer.ByteBuf;

/** The framing that {@link Delimited} makes. */
final class DelimitedFraming implements Framing {

    private final Delimiter delimiter;
    private final int maxFrame;

    DelimitedFraming(Delimiter delimiter, int maxFrame) {
        if (maxFrame < 1) {
            throw new IllegalArgumentException("maxFrame must be at least 1, but was " + maxFrame + ".");
        }
        this.delimiter = delimiter;
        this.maxFrame = maxFrame;
    }

    @Override
    public int maxFrame() {
        return maxFrame;
    }

    @Override
    public FrameReader newReader() {
        return new Reader();
    }

    @Override
    public void end(ByteBuf out, int mark) {
        int body = out.writerIndex() - mark;
        if (body > maxFrame) {
            throw FrameException.tooLarge(body, maxFrame);
        }
        delimiter.writeTo(out);
        // Searched for with the delimiter in place: the end of a body can complete one that begins before the body
        // ends.
        if (delimiter.search(out, mark, out.writerIndex(), 0) != out.writerIndex()) {
            throw FrameException.malformed("The delimiter " + delimiter + " occurs before the end of the body.");
        }
    }

    /** The calls that make this framing. */
    @Override
    public String toString() {
        return "Delimited.by(" + delimiter + ").maxFrame(" + maxFrame + ")";
    }

    private final class Reader implements FrameReader {

        /** How many bytes of the unfinished frame have been looked at. */
        private int scannedBytes;

        /** How many of those, the last ones, are the beginning of a delimiter. */
        private int matchedBytes;

        @Override
        public int read(ByteBuf in) {
            int frame = in.readerIndex();
            int to = frame + (int) Math.min(in.readableBytes(), (long) maxFrame + delimiter.length());
            int found = delimiter.search(in, frame + scannedBytes, to, matchedBytes);
            if (found < 0) {
                scannedBytes = to - frame;
                matchedBytes = -1 - found;
                if (scannedBytes - matchedBytes > maxFrame) {
                    throw FrameException.endless(maxFrame);
                }
                return INCOMPLETE;
            }
            scannedBytes = 0;
            matchedBytes = 0;
            return found - frame - delimiter.length();
        }

        @Override
        public int trailerBytes() {
            return delimiter.length();
        }
    }
}
