package dev.tandem.testkit;

import dev.tandem.codec.Codec;
import dev.tandem.codec.FrameException;
import dev.tandem.codec.FrameReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What a codec makes of bytes that arrive piece by piece, on a connection that checks every promise that readers and
 * decoders make to it. The bytes move to another place between two pieces, and those that messages were read from are
 * overwritten.
 *
 * @param <M> the messages
 */
final class Received<M> {

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Longer tails grow where they are, because to move one with every byte that arrives would take too long. */
    private static final int MOVED_BYTES_MAX = 4096;

    private static final int SHOWN_CHARS_MAX = 1000;
    private static final int OVERWRITTEN = 0xee;

    private final Codec<M, ?> codec;
    private final FrameReader reader;
    private final List<M> messages = new ArrayList<>();
    private ByteBuf in = Unpooled.buffer(0);
    private int pieces;
    private long consumedBytes;
    private RuntimeException refusal;
    private long allocatedBytes;

    Received(Codec<M, ?> codec) {
        this.codec = codec;
        this.reader = codec.framing().newReader();
    }

    static <M> Received<M> inPieces(Codec<M, ?> codec, byte[] stream, int step) {
        Received<M> received = new Received<>(codec);
        for (int from = 0; from < stream.length; from += step) {
            received.receive(stream, from, Math.min(stream.length, from + step));
        }
        return received;
    }

    void receive(byte[] stream, int from, int to) {
        if (refusal != null) {
            return;
        }
        if (in.readableBytes() <= MOVED_BYTES_MAX) {
            move(to - from);
        }
        in.writeBytes(stream, from, to - from);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            boolean more = true;
            while (more) {
                more = next();
            }
        } finally {
            allocatedBytes += THREADS.getCurrentThreadAllocatedBytes() - before;
        }
    }

    /** No frame and no message were refused, every byte was used up, and these are the messages. */
    boolean isExactly(List<M> expected) {
        overwrite(in);
        return refusal == null && unreadBytes() == 0 && Objects.deepEquals(messages.toArray(), expected.toArray());
    }

    boolean isSameAs(Received<M> other) {
        return consumedBytes == other.consumedBytes
                && isRefused() == other.isRefused()
                && Objects.deepEquals(messages.toArray(), other.messages.toArray());
    }

    int count() {
        return messages.size();
    }

    boolean isRefused() {
        return refusal != null;
    }

    int unreadBytes() {
        return in.readableBytes();
    }

    /** What readers and decoders have allocated on the heap. */
    long allocatedBytes() {
        return allocatedBytes;
    }

    /** Moves the unread bytes to another index of another buffer, which has no byte more than will have arrived. */
    private void move(int arriving) {
        ByteBuf from = in;
        int margin = pieces++ % 3;
        in = Unpooled.buffer(margin + from.readableBytes() + arriving)
                .writeZero(margin)
                .skipBytes(margin);
        in.writeBytes(from, from.readerIndex(), from.readableBytes());
        overwrite(from);
    }

    private static void overwrite(ByteBuf bytes) {
        for (int i = 0; i < bytes.writerIndex(); i++) {
            bytes.setByte(i, OVERWRITTEN);
        }
    }

    /** Reads one message. False if there is none yet, or none ever. */
    private boolean next() {
        int frame = in.readerIndex();
        int bodyBytes = read();
        if (refusal != null) {
            return false;
        }
        int body = in.readerIndex();
        if (bodyBytes == FrameReader.INCOMPLETE) {
            require(body == frame, "The reader found no frame, but moved the reader index");
            return false;
        }
        int end = body + bodyBytes + reader.trailerBytes();
        int limit = codec.framing().maxFrame();
        if (bodyBytes < 0 || bodyBytes > limit) {
            throw failure("The reader found a body of " + bodyBytes + " bytes, but the limit is " + limit);
        }
        require(body >= frame && end <= in.writerIndex(), "The reader found a frame that has not arrived in full");
        require(end > frame, "The reader found a frame of no bytes");
        decode(body + bodyBytes);
        in.readerIndex(end);
        consumedBytes += end - frame;
        return refusal == null;
    }

    private int read() {
        try {
            return reader.read(in);
        } catch (FrameException refused) {
            refusal = refused;
            return FrameReader.INCOMPLETE;
        } catch (RuntimeException | Error wrong) {
            throw failure("The reader threw " + wrong + ", but may throw FrameException only");
        }
    }

    private void decode(int end) {
        int arrived = in.writerIndex();
        in.writerIndex(end);
        try {
            messages.add(codec.decode(in));
        } catch (RuntimeException refused) {
            refusal = refused;
        } catch (Error wrong) {
            throw failure("The decoder threw " + wrong);
        }
        require(in.refCnt() == 1, "The decoder retained or released the body, which is a loan");
        in.writerIndex(arrived);
    }

    private void require(boolean kept, String otherwise) {
        if (!kept) {
            throw failure(otherwise);
        }
    }

    private AssertionError failure(String what) {
        boolean released = in.refCnt() == 0;
        return CodecVerifier.failure(what, released ? new byte[0] : ByteBufUtil.getBytes(in, 0, in.writerIndex()));
    }

    /** Messages as a failure shows them: not more than a screen of them. */
    static String shown(List<?> messages) {
        String all = Arrays.deepToString(messages.toArray());
        return all.length() <= SHOWN_CHARS_MAX ? all : all.substring(0, SHOWN_CHARS_MAX) + " ...";
    }

    @Override
    public String toString() {
        String end = refusal == null ? ", waiting with " + unreadBytes() + " bytes" : ", then " + refusal;
        return shown(messages) + end;
    }
}
