package dev.tandem.benchmarks.jmh;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
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

/** What Netty's decoder costs for the frames of {@link FramingBenchmark} with 4-byte lengths. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class NettyFramingBenchmark {

    private static final int FRAMES = 64;
    private static final int FRAME_BYTES_MAX = 1 << 20;

    @Param({"64"})
    private int payloadBytes;

    private ByteBuf chunk;
    private EmbeddedChannel netty;

    /** Fills a chunk with frames. */
    @Setup
    public void fill() {
        chunk = UnpooledByteBufAllocator.DEFAULT.directBuffer(FRAMES * (payloadBytes + 4));
        for (int i = 0; i < FRAMES; i++) {
            chunk.writeInt(payloadBytes).writeZero(payloadBytes);
        }
        netty = new EmbeddedChannel(new LengthFieldBasedFrameDecoder(FRAME_BYTES_MAX, 0, 4, 0, 4));
    }

    /** Gives the memory back. */
    @TearDown
    public void release() {
        netty.finishAndReleaseAll();
        chunk.release();
    }

    /** Finds every frame of the chunk. */
    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public int read() {
        chunk.readerIndex(0);
        netty.writeInbound(chunk.retainedDuplicate());
        int sum = 0;
        for (ByteBuf frame = netty.readInbound(); frame != null; frame = netty.readInbound()) {
            sum += frame.getByte(frame.readerIndex());
            frame.release();
        }
        return sum;
    }
}
