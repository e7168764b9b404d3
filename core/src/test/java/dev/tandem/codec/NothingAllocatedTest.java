package dev.tandem.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reading and writing frames allocates nothing on the heap. */
class NothingAllocatedTest {

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final int FRAMES = 1_000;
    private static final int ROUNDS = 20;

    static List<Framing> framings() {
        return List.of(
                LengthPrefixed.int8().maxFrame(200),
                LengthPrefixed.int16().littleEndian().includingLength().maxFrame(200),
                LengthPrefixed.int24().maxFrame(200),
                LengthPrefixed.int32().headerBytesBefore(5).maxFrame(200),
                LengthPrefixed.varint().maxFrame(200),
                LengthPrefixed.varint().headerBytesBefore(1).maxFrame(200),
                Delimited.by((byte) 0).maxFrame(200),
                Delimited.by(Wire.bytes("'xxy'")).maxFrame(200),
                Lines.lf().maxFrame(200),
                Lines.crlf().maxFrame(200),
                FixedLength.of(150));
    }

    @ParameterizedTest
    @MethodSource("framings")
    void nothingIsAllocatedForAFrame(Framing framing) {
        byte[] body = Wire.repeated('x', 150);
        for (ByteBufAllocator allocator : List.of(new UnpooledByteBufAllocator(true), PooledByteBufAllocator.DEFAULT)) {
            for (boolean direct : new boolean[] {false, true}) {
                ByteBuf buffer = untracked(allocator, direct);
                assertThat(least(framing, body, buffer)).as("%s", buffer).isZero();
                buffer.release();
            }
        }
    }

    /** What the best of some rounds allocated, because classes are loaded in the first. */
    private static long least(Framing framing, byte[] body, ByteBuf buffer) {
        FrameReader reader = framing.newReader();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            write(framing, body, buffer.clear());
            read(reader, buffer);
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    private static void write(Framing framing, byte[] body, ByteBuf out) {
        for (int i = 0; i < FRAMES; i++) {
            int mark = framing.begin(out);
            out.writeBytes(body);
            framing.end(out, mark);
        }
    }

    private static void read(FrameReader reader, ByteBuf in) {
        int end = in.writerIndex();
        int frames = 0;
        // In steps, so that most frames are seen unfinished first.
        for (int arrived = 0; arrived < end; ) {
            arrived = Math.min(end, arrived + 100);
            in.writerIndex(arrived);
            int bodyBytes = reader.read(in);
            while (bodyBytes != FrameReader.INCOMPLETE) {
                in.skipBytes(bodyBytes + reader.trailerBytes());
                frames++;
                bodyBytes = reader.read(in);
            }
        }
        if (frames != FRAMES) {
            throw new AssertionError("Read " + frames + " frames.");
        }
    }

    /** A buffer without a leak detector around it, which allocates with every access in a build like this one. */
    private static ByteBuf untracked(ByteBufAllocator allocator, boolean direct) {
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        try {
            int capacity = FRAMES * 200;
            return direct ? allocator.directBuffer(capacity) : allocator.heapBuffer(capacity);
        } finally {
            ResourceLeakDetector.setLevel(level);
        }
    }
}
