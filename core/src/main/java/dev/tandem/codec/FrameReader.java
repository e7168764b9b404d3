package dev.tandem.codec;

import io.netty.buffer.ByteBuf;

/**
 * Finds the next frame in the bytes received so far. Used by one connection, on its loop's thread.
 *
 * <p>A reader that had to look through bytes (for a delimiter, say) remembers how far it came, so that a frame which
 * arrives in many pieces is looked through once. Positions are remembered relative to the reader index of {@code in},
 * because the bytes may have moved to another buffer between two calls.
 */
public interface FrameReader {

    /** The result of {@link #read} while the frame is not complete. */
    int INCOMPLETE = -1;

    /**
     * Looks for a complete frame that begins at {@code in.readerIndex()}.
     *
     * <p>When there is one, moves the reader index to the first byte of its body and returns the body's length in bytes,
     * which may be 0. The caller reads the body in place and then moves the reader index to the end of the body plus
     * {@link #trailerBytes()}. When there is none yet, returns {@link #INCOMPLETE} and leaves the reader index alone.
     *
     * <p>A frame that is found has arrived in full, its trailer included. It is found once: the caller does not go back to
     * where it began, because the bytes before its body may have changed.
     *
     * @throws FrameException if what has arrived can never become a frame: too large, or malformed
     */
    int read(ByteBuf in);

    /** How many bytes follow the body that {@link #read} just found and belong to the frame: the delimiter, say. */
    default int trailerBytes() {
        return 0;
    }
}
