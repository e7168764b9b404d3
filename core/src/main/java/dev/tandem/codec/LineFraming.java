package dev.tandem.codec;

import io.netty.buffer.ByteBuf;

/** The framing that {@link Lines} makes. */
final class LineFraming implements Framing {

    private static final byte LF = '\n';
    private static final byte CR = '\r';

    private final boolean crlf;
    private final int maxFrame;

    LineFraming(boolean crlf, int maxFrame) {
        if (maxFrame < 1) {
            throw new IllegalArgumentException("maxFrame must be at least 1, but was " + maxFrame + ".");
        }
        this.crlf = crlf;
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
        int end = out.writerIndex();
        if (end - mark > maxFrame) {
            throw FrameException.tooLarge(end - mark, maxFrame);
        }
        if (out.indexOf(mark, end, LF) >= 0) {
            throw FrameException.malformed("A line must not contain LF.");
        }
        if (crlf) {
            out.writeByte(CR);
        } else if (end > mark && out.getByte(end - 1) == CR) {
            throw FrameException.malformed("A line that is written with LF must not end with CR.");
        }
        out.writeByte(LF);
    }

    /** The calls that make this framing. */
    @Override
    public String toString() {
        return "Lines." + (crlf ? "crlf" : "lf") + "().maxFrame(" + maxFrame + ")";
    }

    private final class Reader implements FrameReader {

        /** How many bytes of the unfinished line have been looked at. */
        private int scannedBytes;

        private int trailerBytes;

        @Override
        public int read(ByteBuf in) {
            int line = in.readerIndex();
            int to = line + (int) Math.min(in.readableBytes(), maxFrame + 2L);
            int lf = in.indexOf(line + scannedBytes, to, LF);
            if (lf < 0) {
                scannedBytes = to - line;
                if (scannedBytes > maxFrame && bodyBytes(in, line, to) > maxFrame) {
                    throw FrameException.endless(maxFrame);
                }
                return INCOMPLETE;
            }
            scannedBytes = 0;
            int body = bodyBytes(in, line, lf);
            if (body > maxFrame) {
                throw FrameException.tooLarge(body, maxFrame);
            }
            trailerBytes = lf - line - body + 1;
            return body;
        }

        @Override
        public int trailerBytes() {
            return trailerBytes;
        }

        /** The bytes from {@code line} to {@code to}, without a CR at their end. */
        private int bodyBytes(ByteBuf in, int line, int to) {
            return to > line && in.getByte(to - 1) == CR ? to - line - 1 : to - line;
        }
    }
}
