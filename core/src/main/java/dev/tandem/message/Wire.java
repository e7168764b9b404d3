package dev.tandem.message;

import dev.tandem.codec.Codec;
import dev.tandem.codec.Framing;
import io.netty.buffer.ByteBuf;
import java.util.function.BiConsumer;

/** Appends a message to bytes to be sent: the frame around it, and its body. If it throws, the bytes behind are undefined. */
final class Wire<O> implements BiConsumer<O, ByteBuf> {

    private final Codec<?, O> codec;
    private final Framing framing;

    Wire(Codec<?, O> codec) {
        this.codec = codec;
        this.framing = codec.framing();
    }

    @Override
    public void accept(O message, ByteBuf out) {
        int mark = framing.begin(out);
        codec.encode(message, out);
        framing.end(out, mark);
    }
}
