package dev.tandem.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Random;

/**
 * An endless stream of bytes that is the same for the same seed. What was lost, doubled, swapped or overwritten does not
 * fit the place where it is found.
 */
final class Pattern {

    /** A prime, so that the period meets no size of a buffer. */
    private static final int PERIOD = 65_521;

    /** Twice the period, so that a piece of up to a period is contiguous wherever it begins. */
    private final byte[] table = new byte[2 * PERIOD];

    private final ByteBuf tableView = Unpooled.wrappedBuffer(table);

    Pattern(long seed) {
        byte[] once = new byte[PERIOD];
        new Random(seed).nextBytes(once);
        System.arraycopy(once, 0, table, 0, PERIOD);
        System.arraycopy(once, 0, table, PERIOD, PERIOD);
    }

    /** The {@code count} bytes from {@code position} of the stream. */
    byte[] bytes(long position, int count) {
        byte[] bytes = new byte[count];
        for (int done = 0; done < count; ) {
            int piece = Math.min(PERIOD, count - done);
            System.arraycopy(table, place(position + done), bytes, done, piece);
            done += piece;
        }
        return bytes;
    }

    /** Writes the {@code count} bytes from {@code position} of the stream into {@code target}. */
    void write(long position, int count, ByteBuf target) {
        for (int done = 0; done < count; ) {
            int piece = Math.min(PERIOD, count - done);
            target.writeBytes(table, place(position + done), piece);
            done += piece;
        }
    }

    /** Fails unless the readable bytes are those from {@code position} of the stream. */
    void verify(long position, ByteBuf bytes) {
        for (int done = 0; done < bytes.readableBytes(); ) {
            int piece = Math.min(PERIOD, bytes.readableBytes() - done);
            int at = bytes.readerIndex() + done;
            int place = place(position + done);
            if (!ByteBufUtil.equals(bytes, at, tableView, place, piece)) {
                int off = 0;
                while (bytes.getByte(at + off) == table[place + off]) {
                    off++;
                }
                throw new AssertionError("The byte at position " + (position + done + off) + " of the stream is "
                        + bytes.getByte(at + off) + " and should be " + table[place + off] + " (" + off
                        + " bytes into a piece of " + piece + ").");
            }
            done += piece;
        }
    }

    /** Fails unless the first {@code count} bytes are those from {@code position} of the stream. */
    void verify(long position, byte[] bytes, int count) {
        if (!Arrays.equals(bytes, 0, count, bytes(position, count), 0, count)) {
            verify(position, Unpooled.wrappedBuffer(bytes, 0, count));
        }
    }

    private static int place(long position) {
        return (int) (position % PERIOD);
    }
}
