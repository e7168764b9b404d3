package dev.tandem.benchmarks.jmh;

import dev.tandem.codec.Codec;
import dev.tandem.codec.LengthPrefixed;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.connection.ConnectionLimits;
import dev.tandem.connection.LoopConnections;
import dev.tandem.message.MessageService;
import dev.tandem.transport.SocketEvents;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
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

/** A connection without a kernel: a chunk of frames arrives, every frame is answered, the replies are sent at once. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class ConnectionBenchmark {

    private static final int FRAMES = 64;
    private static final int FRAME_BYTES_MAX = 1 << 20;

    /** How the server's user answers. */
    public enum Style {
        /** Every frame through a typed codec. */
        CODEC,
        /** The handler reads and writes bytes itself. */
        BYTES
    }

    @Param({"CODEC", "BYTES"})
    private Style style;

    @Param({"64"})
    private int payloadBytes;

    private ManualIoEventLoop loop;
    private PretendSocket socket;
    private SocketEvents connection;
    private ByteBuf chunk;

    /** Opens the connection. JMH calls this on the thread of the benchmark, which is the loop's. */
    @Setup
    public void open() {
        loop = new ManualIoEventLoop(Thread.currentThread(), NioIoHandler.newFactory());
        socket = new PretendSocket(loop);
        LoopConnections home =
                new LoopConnections(loop, PooledByteBufAllocator.DEFAULT, ConnectionLimits.DEFAULT, removed -> {});
        connection = Connection.open(home, socket, handler());
        socket.tell(connection);
        chunk = PooledByteBufAllocator.DEFAULT.directBuffer(FRAMES * (payloadBytes + Integer.BYTES));
        for (int i = 0; i < FRAMES; i++) {
            chunk.writeInt(payloadBytes).writeZero(payloadBytes);
        }
    }

    private ConnectionHandler handler() {
        if (style == Style.BYTES) {
            return ConnectionBenchmark::echoFrames;
        }
        Codec<ByteBuf, ByteBuf> bodies = Codec.of(
                LengthPrefixed.int32().maxFrame(FRAME_BYTES_MAX), body -> body, (body, out) -> out.writeBytes(body));
        return MessageService.onLoop(bodies, () -> (session, body) -> body).newHandler();
    }

    private static void echoFrames(Connection connection, ByteBuf in) {
        while (in.readableBytes() >= Integer.BYTES
                && in.readableBytes() >= Integer.BYTES + in.getInt(in.readerIndex())) {
            connection.write(in, ConnectionBenchmark::echoFrame);
        }
    }

    private static void echoFrame(ByteBuf in, ByteBuf out) {
        int length = in.readInt();
        out.writeInt(length);
        out.writeBytes(in, length);
    }

    /** Gives the memory back. */
    @TearDown
    public void release() {
        chunk.release();
    }

    /** A chunk arrives and is answered. */
    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public long answerChunk() {
        chunk.readerIndex(0);
        connection.onReceived(chunk);
        socket.takeAll();
        return socket.takenBytes();
    }
}
