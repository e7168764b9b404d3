package dev.tandem.benchmarks.jmh;

import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.connection.ConnectionLimits;
import dev.tandem.connection.LoopConnections;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Writing to a connection from another thread than its loop's, until the loop has given everything to its socket. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class HandOverBenchmark {

    @Param({"64"})
    private int payloadBytes;

    @Param({"1", "16", "256"})
    private int writes;

    private MultiThreadIoEventLoopGroup group;
    private PretendSocket socket;
    private Connection connection;
    private ByteBuf payload;

    /** Opens a connection on a loop of its own. */
    @Setup
    public void open() throws InterruptedException {
        group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        IoEventLoop loop = group.next();
        socket = new PretendSocket(loop);
        LoopConnections home =
                new LoopConnections(loop, PooledByteBufAllocator.DEFAULT, ConnectionLimits.DEFAULT, removed -> {});
        loop.submit(() -> socket.tell(Connection.open(home, socket, new Keeper())))
                .sync();
        payload = Unpooled.directBuffer(payloadBytes).writeZero(payloadBytes);
    }

    private final class Keeper implements ConnectionHandler {

        @Override
        public void onOpened(Connection opened) {
            connection = opened;
        }

        @Override
        public void onBytes(Connection from, ByteBuf in) {}
    }

    /** Ends the loop. */
    @TearDown
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        payload.release();
    }

    /** So many writes, and waiting for their bytes to be taken. */
    @Benchmark
    public long writeAndAwait() {
        long target = socket.takenBytes() + (long) writes * payloadBytes;
        for (int i = 0; i < writes; i++) {
            payload.readerIndex(0);
            connection.write(payload);
        }
        while (socket.takenBytes() < target) {
            Thread.onSpinWait();
        }
        return target;
    }
}
