package dev.tandem.codec;

import dev.tandem.codec.FrameException.Violation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Plays the part of a connection: hands a reader what arrives, piece by piece, and keeps the unfinished tail.
 *
 * <p>It is a suspicious connection. Every call gets a buffer of its own, in which the frame begins at another index, and it
 * checks what {@link FrameReader} promises after each.
 */
final class Receiving {

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final int STALE_BYTES = 4;

    private final Framing framing;
    private final FrameReader reader;
    private final List<ByteBuffer> bodies = new ArrayList<>();
    private byte[] tail = {};
    private int calls;
    private int consumedBytes;
    private Violation violation;
    private long allocatedBytes;

    private Receiving(Framing framing) {
        this.framing = framing;
        this.reader = framing.newReader();
    }

    /** All of the stream in one piece. */
    static Receiving whole(Framing framing, byte[] stream) {
        return pieces(framing, stream, Math.max(1, stream.length));
    }

    /** What becomes of bytes in {@link Wire}'s notation, see {@link Reading#inText}. */
    static String inText(Framing framing, String wire) {
        return whole(framing, Wire.bytes(wire)).reading().inText();
    }

    /** The stream in two pieces. */
    static Receiving split(Framing framing, byte[] stream, int at) {
        return new Receiving(framing).receive(stream, 0, at).receive(stream, at, stream.length);
    }

    /** The stream in pieces of these sizes, from the first again after the last. */
    static Receiving pieces(Framing framing, byte[] stream, int... sizes) {
        Receiving receiving = new Receiving(framing);
        int from = 0;
        for (int i = 0; from < stream.length; i++) {
            int to = Math.min(stream.length, from + sizes[i % sizes.length]);
            receiving.receive(stream, from, to);
            from = to;
        }
        return receiving;
    }

    Reading reading() {
        return new Reading(bodies, consumedBytes, violation);
    }

    /** What the reader allocated on the heap in all of its calls. */
    long allocatedBytes() {
        return allocatedBytes;
    }

    private Receiving receive(byte[] stream, int from, int to) {
        if (violation != null) {
            return this;
        }
        // Newlines before and, every other time, bytes of an earlier use behind: neither is any of the reader's
        // business.
        int margin = calls % 3;
        int stale = calls++ % 2 * STALE_BYTES;
        ByteBuf in = Unpooled.wrappedBuffer(Wire.joined(
                Wire.repeated('\n', margin), tail, Arrays.copyOfRange(stream, from, to), Wire.repeated('\n', stale)));
        in.setIndex(margin, in.capacity() - stale);
        try {
            cut(in);
        } catch (FrameException refused) {
            violation = refused.violation();
        }
        tail = new byte[in.readableBytes()];
        in.getBytes(in.readerIndex(), tail);
        return this;
    }

    private void cut(ByteBuf in) {
        while (true) {
            int frame = in.readerIndex();
            int bodyBytes = read(in);
            int body = in.readerIndex();
            if (bodyBytes == FrameReader.INCOMPLETE) {
                require(body == frame, "INCOMPLETE moved the reader index");
                return;
            }
            int end = body + bodyBytes + reader.trailerBytes();
            require(bodyBytes >= 0 && bodyBytes <= framing.maxFrame(), "a body of " + bodyBytes + " bytes");
            require(body >= frame && end <= in.writerIndex(), "a frame beyond what arrived");
            require(end > frame, "a frame of no bytes");
            byte[] bytes = new byte[bodyBytes];
            in.getBytes(body, bytes);
            bodies.add(ByteBuffer.wrap(bytes));
            in.readerIndex(end);
            consumedBytes += end - frame;
        }
    }

    private int read(ByteBuf in) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            return reader.read(in);
        } finally {
            allocatedBytes += THREADS.getCurrentThreadAllocatedBytes() - before;
        }
    }

    private void require(boolean kept, String otherwise) {
        if (!kept) {
            throw new AssertionError(framing + " found " + otherwise + ".");
        }
    }
}
