package dev.tandem.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * How a stream of bytes is cut into frames, in both directions. A framing is immutable and shared by all connections;
 * what one connection has to remember lives in its {@link FrameReader}.
 *
 * <p>Every framing has a limit. It is checked before anything is allocated or waited for, so a peer cannot make the
 * server hold memory for bytes it only announced.
 *
 * <p>Ready-made framings are {@link LengthPrefixed}, {@link Delimited}, {@link Lines} and {@link FixedLength}. A protocol
 * of its own implements {@link #maxFrame}, {@link #newReader} and {@link #end}, and {@link #begin} if something stands
 * before the body.
 */
public interface Framing {

    /** The largest body of a frame in bytes, at least 1. A larger one is a {@link FrameException}. */
    int maxFrame();

    /** A reader for one connection. A framing that has nothing to remember may return the same reader each time. */
    FrameReader newReader();

    /**
     * Makes room for what stands before the body, at {@code out.writerIndex()}.
     *
     * @return a mark to hand to {@link #end}: the writer index at which the frame begins
     */
    default int begin(ByteBuf out) {
        return out.writerIndex();
    }

    /**
     * Completes the frame that began at {@code mark} and whose body ends at {@code out.writerIndex()}: fills in its
     * length, appends its delimiter, or whatever the framing asks for.
     *
     * @throws FrameException if the body breaks a rule of this framing; the bytes since {@code mark} are then undefined
     *     and the caller takes them back by resetting the writer index to {@code mark}
     */
    void end(ByteBuf out, int mark);

    /** The codec that reads and writes the bodies of these frames with two functions, see {@link Codec}. */
    default <I, O> Codec<I, O> codec(Function<ByteBuf, I> decode, BiConsumer<O, ByteBuf> encode) {
        return Codec.of(this, decode, encode);
    }

    /** The codec whose messages are the bodies themselves. Each message received is a copy, and the receiver's to keep. */
    default Codec<byte[], byte[]> bytes() {
        return codec(ByteBufUtil::getBytes, (body, out) -> out.writeBytes(body));
    }

    /**
     * The codec whose messages are text in UTF-8. A body that is not UTF-8 is malformed. A surrogate without its other
     * half, which UTF-8 cannot express, is written as a question mark.
     */
    default Codec<String, String> text() {
        return codec(Text::decode, Text::encode);
    }
}
