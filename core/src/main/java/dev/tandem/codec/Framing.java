package dev.tandem.codec;

import io.netty.buffer.ByteBuf;

/**
 * How a stream of bytes is cut into frames, in both directions. A framing is immutable and shared by all connections;
 * what one connection has to remember lives in its {@link FrameReader}.
 *
 * <p>Every framing has a limit. It is checked before anything is allocated or waited for, so a peer cannot make the
 * server hold memory for bytes it only announced.
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
}
