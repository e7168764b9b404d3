package dev.tandem.codec;

import io.netty.buffer.ByteBuf;

/** Frames that all have the same length, with nothing before, between or behind them. */
public final class FixedLength implements Framing {

    private final int bytes;

    private FixedLength(int bytes) {
        this.bytes = bytes;
    }

    /** Frames of {@code bytes} bytes, at least 1. The length is the limit as well. */
    public static FixedLength of(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("The length of a frame must be at least 1, but was " + bytes + ".");
        }
        return new FixedLength(bytes);
    }

    @Override
    public int maxFrame() {
        return bytes;
    }

    @Override
    public FrameReader newReader() {
        return in -> in.readableBytes() < bytes ? FrameReader.INCOMPLETE : bytes;
    }

    @Override
    public void end(ByteBuf out, int mark) {
        int body = out.writerIndex() - mark;
        if (body > bytes) {
            throw FrameException.tooLarge(body, bytes);
        }
        if (body < bytes) {
            throw FrameException.malformed("The frame has " + body + " bytes, but must have " + bytes + ".");
        }
    }

    /** The call that makes this framing. */
    @Override
    public String toString() {
        return "FixedLength.of(" + bytes + ")";
    }
}
