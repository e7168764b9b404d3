package dev.tandem.benchmarks.jmh;

import dev.tandem.codec.FrameReader;
import dev.tandem.codec.Framing;
import dev.tandem.codec.LengthPrefixed;
import dev.tandem.codec.Lines;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Cutting received bytes into frames and putting frames around bytes, per frame of a chunk that holds many. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class FramingBenchmark {

    private static final int FRAMES = 64;
    private static final int FRAME_BYTES_MAX = 1 << 20;

    /** How frames are told apart. */
    public enum Kind {
        INT32,
        VARINT,
        LINES
    }

    @Param({"INT32", "VARINT", "LINES"})
    private Kind framing;

    @Param({"64"})
    private int payloadBytes;

    private Framing chosen;
    private FrameReader reader;
    private ByteBuf body;
    private ByteBuf chunk;
    private ByteBuf out;

    /** Fills a chunk with frames. */
    @Setup
    public void fill() {
        chosen = switch (framing) {
            case INT32 -> LengthPrefixed.int32().maxFrame(FRAME_BYTES_MAX);
            case VARINT -> LengthPrefixed.varint().maxFrame(FRAME_BYTES_MAX);
            case LINES -> Lines.lf().maxFrame(FRAME_BYTES_MAX);
        };
        reader = chosen.newReader();
        body = UnpooledByteBufAllocator.DEFAULT.directBuffer(payloadBytes);
        for (int i = 0; i < payloadBytes; i++) {
            body.writeByte('a' + i % 26);
        }
        chunk = UnpooledByteBufAllocator.DEFAULT.directBuffer(FRAMES * (payloadBytes + 8));
        out = UnpooledByteBufAllocator.DEFAULT.directBuffer(FRAMES * (payloadBytes + 8));
        encodeInto(chunk);
    }

    /** Gives the memory back. */
    @TearDown
    public void release() {
        body.release();
        chunk.release();
        out.release();
    }

    private void encodeInto(ByteBuf target) {
        for (int i = 0; i < FRAMES; i++) {
            int mark = chosen.begin(target);
            target.writeBytes(body, 0, payloadBytes);
            chosen.end(target, mark);
        }
    }

    /** Finds every frame of the chunk. */
    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public int read() {
        chunk.readerIndex(0);
        int sum = 0;
        for (int length = reader.read(chunk); length != FrameReader.INCOMPLETE; length = reader.read(chunk)) {
            sum += chunk.getByte(chunk.readerIndex());
            chunk.skipBytes(length + reader.trailerBytes());
        }
        return sum;
    }

    /** Puts a frame around every body. */
    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public int write() {
        out.clear();
        encodeInto(out);
        return out.writerIndex();
    }
}
