package dev.tandem.message;

import dev.tandem.codec.Codec;
import dev.tandem.codec.FrameException;
import dev.tandem.codec.FrameReader;
import dev.tandem.codec.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** A length of four bytes, then the body: a framing of one's own in a few lines. */
record Int32Framing(int maxFrame) implements Framing, FrameReader {

    @Override
    public FrameReader newReader() {
        return this;
    }

    @Override
    public int read(ByteBuf in) {
        if (in.readableBytes() < Integer.BYTES) {
            return INCOMPLETE;
        }
        int length = in.getInt(in.readerIndex());
        if (length < 0) {
            throw FrameException.malformed("A length must not be negative, but was " + length + ".");
        }
        if (length > maxFrame) {
            throw FrameException.tooLarge(length, maxFrame);
        }
        if (in.readableBytes() - Integer.BYTES < length) {
            return INCOMPLETE;
        }
        in.skipBytes(Integer.BYTES);
        return length;
    }

    @Override
    public int begin(ByteBuf out) {
        int mark = out.writerIndex();
        out.writeInt(0);
        return mark;
    }

    @Override
    public void end(ByteBuf out, int mark) {
        int length = out.writerIndex() - mark - Integer.BYTES;
        if (length > maxFrame) {
            throw FrameException.tooLarge(length, maxFrame);
        }
        out.setInt(mark, length);
    }

    static Codec<String, String> text(int maxFrame) {
        return Codec.of(
                new Int32Framing(maxFrame),
                body -> body.toString(StandardCharsets.US_ASCII),
                (text, out) -> out.writeCharSequence(text, StandardCharsets.US_ASCII));
    }

    /** These texts, each a frame. */
    static ByteBuf frames(String... bodies) {
        ByteBuf frames = Unpooled.buffer();
        for (String body : bodies) {
            frames.writeInt(body.length()).writeCharSequence(body, StandardCharsets.US_ASCII);
        }
        return frames;
    }
}
