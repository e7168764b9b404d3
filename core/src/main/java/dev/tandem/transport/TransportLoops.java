package dev.tandem.transport;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * Event loops of a transport, each with a thread of its own. They are Netty's but for one thing: a loop without a timer
 * waits without a deadline. Netty's own wakes once a second, and pays for it with every wait: two readings of the clock, and
 * on io_uring an operation that times out.
 */
public final class TransportLoops extends MultiThreadIoEventLoopGroup {

    /**
     * Loops that run until they are shut down.
     *
     * @throws IllegalStateException if a loop cannot be made; the engine's reason is its cause
     */
    public TransportLoops(int count, ThreadFactory threads, Transport transport) {
        this(count, threads, transport.ioHandlerFactory());
    }

    TransportLoops(int count, ThreadFactory threads, IoHandlerFactory engine) {
        super(count, threads, engine);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory engine, Object... ignored) {
        return new Loop(this, executor, engine);
    }

    private static final class Loop extends SingleThreadIoEventLoop {

        Loop(IoEventLoopGroup group, Executor executor, IoHandlerFactory engine) {
            super(group, executor, engine);
        }

        @Override
        protected long deadlineNanos() {
            return nextScheduledTaskDeadlineNanos();
        }
    }
}
