package dev.tandem.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/** Writes bodies as a connection does: at the beginning of a buffer, or behind the bytes of an earlier frame. */
final class Sending {

    private Sending() {}

    /**
     * The frame of one body.
     *
     * @throws FrameException as the framing does
     */
    static byte[] frame(Framing framing, byte[] body) {
        byte[] frame;
        try {
            frame = frameBehind(Wire.bytes("'earlier' 00 0d 0a"), framing, body);
        } catch (FrameException refused) {
            requireRefusedAtTheBeginning(framing, body);
            throw refused;
        }
        if (!Arrays.equals(frame, frameBehind(new byte[0], framing, body))) {
            throw new AssertionError(framing + " wrote something else at the beginning of a buffer.");
        }
        return frame;
    }

    private static void requireRefusedAtTheBeginning(Framing framing, byte[] body) {
        try {
            frameBehind(new byte[0], framing, body);
        } catch (FrameException refused) {
            return;
        }
        throw new AssertionError(framing + " refused a body only behind an earlier frame.");
    }

    /** The frames of all bodies, one after the other. */
    static byte[] frames(Framing framing, byte[]... bodies) {
        byte[] stream = {};
        for (byte[] body : bodies) {
            stream = Wire.joined(stream, frame(framing, body));
        }
        return stream;
    }

    private static byte[] frameBehind(byte[] earlier, Framing framing, byte[] body) {
        // Small, so that it grows while the frame is written.
        ByteBuf out = Unpooled.buffer(earlier.length).writeBytes(earlier);
        int mark = framing.begin(out);
        out.writeBytes(body);
        framing.end(out, mark);
        if (mark != earlier.length || !Arrays.equals(earlier, ByteBufUtil.getBytes(out, 0, mark))) {
            throw new AssertionError(framing + " wrote before its mark.");
        }
        return ByteBufUtil.getBytes(out, mark, out.writerIndex() - mark);
    }
}
