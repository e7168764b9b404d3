package dev.tandem.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/** Writes bodies as a connection does: behind bytes of an earlier frame, and from their mark on when one is refused. */
final class Sending {

    private Sending() {}

    /**
     * The frame of one body.
     *
     * @throws FrameException as the framing does
     */
    static byte[] frame(Framing framing, byte[] body) {
        // The margin stands for an earlier frame. A small buffer makes it grow while the frame is written.
        byte[] margin = Wire.bytes("'earlier'");
        ByteBuf out = Unpooled.buffer(8).writeBytes(margin);
        int mark = framing.begin(out);
        out.writeBytes(body);
        framing.end(out, mark);
        if (mark != margin.length || !ByteBufUtil.equals(out, 0, Unpooled.wrappedBuffer(margin), 0, margin.length)) {
            throw new AssertionError(framing + " wrote before its mark.");
        }
        return ByteBufUtil.getBytes(out, margin.length, out.writerIndex() - margin.length);
    }

    /** The frames of all bodies, one after the other. */
    static byte[] frames(Framing framing, byte[]... bodies) {
        byte[] stream = {};
        for (byte[] body : bodies) {
            stream = Wire.joined(stream, frame(framing, body));
        }
        return stream;
    }
}
