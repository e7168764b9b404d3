package dev.tandem.message;

import dev.tandem.codec.Codec;
import dev.tandem.codec.Framing;
import dev.tandem.connection.Encoder;
import io.netty.buffer.ByteBuf;

/** Appends a message to bytes to be sent: the frame around it, and its body. If it throws, the bytes behind are undefined. */
final class Wire<O> implements Encoder<O> {

    private final Codec<?, O> codec;
    private final Framing framing;

    Wire(Codec<?, O> codec) {
        this.codec = codec;
        this.framing = codec.framing();
    }

    @Override
    public void encode(O message, ByteBuf out) {
        int mark = framing.begin(out);
        codec.encode(message, out);
        framing.end(out, mark);
    }
}
