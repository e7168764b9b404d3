package dev.tandem.codec;

import io.netty.buffer.ByteBuf;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A typed protocol: frames on the wire, {@code I} for what comes in, {@code O} for what goes out. A codec is immutable
 * and shared by all connections.
 *
 * @param <I> the messages received
 * @param <O> the messages sent
 */
public interface Codec<I, O> {

    /** How frames are cut. */
    Framing framing();

    /**
     * Reads a message from the body of one frame. The body is everything from the reader index to the writer index of
     * {@code body}; it is a loan for the length of the call, and what is not read is skipped.
     *
     * @throws FrameException or any other exception if the body is no message; the connection is then closed
     */
    I decode(ByteBuf body);

    /** Appends the body of one frame at {@code out.writerIndex()}. The framing's own bytes are not this method's. */
    void encode(O message, ByteBuf out);

    /** A codec of the given framing and two functions. */
    static <I, O> Codec<I, O> of(Framing framing, Function<ByteBuf, I> decode, BiConsumer<O, ByteBuf> encode) {
        return new FunctionCodec<>(framing, decode, encode);
    }

    /** The codec that {@link #of} makes. */
    record FunctionCodec<I, O>(Framing framing, Function<ByteBuf, I> decoder, BiConsumer<O, ByteBuf> encoder)
            implements Codec<I, O> {

        /** Requires all three parts. */
        public FunctionCodec {
            Objects.requireNonNull(framing, "framing");
            Objects.requireNonNull(decoder, "decoder");
            Objects.requireNonNull(encoder, "encoder");
        }

        @Override
        public I decode(ByteBuf body) {
            return decoder.apply(body);
        }

        @Override
        public void encode(O message, ByteBuf out) {
            encoder.accept(message, out);
        }
    }
}
