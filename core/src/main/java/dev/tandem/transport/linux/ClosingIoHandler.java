package dev.tandem.transport.linux;

import dev.tandem.transport.TransportUnavailableException;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An engine's handler that outlives what fails in passing, and leaves nothing open behind.
 *
 * <p>The kernel may refuse to take operations, or to wait, for lack of memory, and take them at the next try (EAGAIN in
 * io_uring_enter(2)). The handler of io_uring throws then, which would end the loop, and with it the connections and the
 * listeners on it. What was not taken stays in the ring, so here it is tried again.
 *
 * <p>A loop that ends has its handler close what is registered, but there
 * are gaps: a loop told to end without a quiet period can miss that step, and the handler of io_uring waits for one round of
 * completions only, and frees memory that the kernel may still write. So closing is asked for once more at the very end, and
 * what the kernel still holds is waited for.
 */
public final class ClosingIoHandler implements IoHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ClosingIoHandler.class);

    /** Between two tries, so that a loop does not spin where nothing works. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Not every failure is logged: where one comes, more do. */
    private static final long LOG_NANOS_MIN = TimeUnit.SECONDS.toNanos(1);

    /** What was cancelled completes within microseconds; this bounds the wait for what somebody else keeps open. */
    private static final long REAP_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

    private static final long REAP_STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long REAP_STEPS_MIN = REAP_NANOS_MAX / REAP_STEP_NANOS;

    private final IoHandler engine;
    private final SeenLoop loop;
    private final boolean reaps;
    private long loggedNanos = System.nanoTime() - LOG_NANOS_MIN;

    private ClosingIoHandler(IoHandlerFactory engine, SeenLoop loop, boolean reaps) {
        this.engine = engine.newHandler(loop);
        this.loop = loop;
        this.reaps = reaps;
    }

    /**
     * Makes such handlers. When the host refuses one, although it allowed the probe before, that is told as the probe would
     * have: with a {@link TransportUnavailableException}.
     *
     * @param name the name of the engine
     * @param operation the system call with which a handler begins
     * @param engine makes the handlers of the engine
     * @param reaps whether something may be with the kernel for a while after it was closed
     */
    public static IoHandlerFactory factory(String name, String operation, IoHandlerFactory engine, boolean reaps) {
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor loop) {
                try {
                    return new ClosingIoHandler(engine, new SeenLoop(loop), reaps);
                } catch (RuntimeException refused) {
                    throw new TransportUnavailableException(name, HostCheck.unavailable(operation, refused));
                }
            }

            @Override
            public boolean isChangingThreadSupported() {
                return engine.isChangingThreadSupported();
            }
        };
    }

    @Override
    public void destroy() {
        try {
            engine.prepareToDestroy();
            if (reaps) {
                reap();
                wakeFromOutside();
            }
        } finally {
            engine.destroy();
        }
    }

    private void reap() {
        long begun = System.nanoTime();
        // Not by the clock alone: a process that is stopped meanwhile would not have looked.
        for (int steps = 0;
                isHeld() && (steps < REAP_STEPS_MIN || System.nanoTime() - begun < REAP_NANOS_MAX);
                steps++) {
            run(new ShortWait(System.nanoTime() + REAP_STEP_NANOS));
        }
    }

    /** Whether something of the loop is with the kernel still. */
    private boolean isHeld() {
        return loop.actual instanceof SingleThreadEventLoop counted && counted.registeredChannels() > 0;
    }

    /**
     * Makes the engine wait, when it is destroyed, for the read by which its ring learns of wake-ups. It waits only when a wake-up
     * from another thread is due. Otherwise it cancels that read and frees its memory, which the kernel may then still write
     * (ADR 0020).
     */
    private void wakeFromOutside() {
        loop.outside = true;
        try {
            engine.wakeup();
        } finally {
            loop.outside = false;
        }
    }

    @Override
    public void initialize() {
        engine.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        try {
            return engine.run(context);
        } catch (RuntimeException failed) {
            onFailed(failed);
            return 0;
        }
    }

    private void onFailed(RuntimeException failed) {
        long now = System.nanoTime();
        if (now - loggedNanos >= LOG_NANOS_MIN) {
            loggedNanos = now;
            LOG.error("The kernel refused what a loop asked of it, which is tried again.", failed);
        }
        LockSupport.parkNanos(this, RETRY_NANOS);
    }

    @Override
    public void prepareToDestroy() {
        engine.prepareToDestroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return engine.register(handle);
    }

    @Override
    public void wakeup() {
        engine.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return engine.isCompatible(handleType);
    }

    /** The loop as its engine sees it: for the length of one wake-up, the loop's own thread counts as another one. */
    private static final class SeenLoop implements ThreadAwareExecutor {

        private final ThreadAwareExecutor actual;

        /** Set by the loop's thread only. Whatever other threads read here, they are not the loop's. */
        private boolean outside;

        SeenLoop(ThreadAwareExecutor actual) {
            this.actual = actual;
        }

        @Override
        public boolean isExecutorThread(Thread thread) {
            return !outside && actual.isExecutorThread(thread);
        }

        @Override
        public void execute(Runnable task) {
            actual.execute(task);
        }
    }

    private record ShortWait(long deadlineNanos) implements IoHandlerContext {

        @Override
        public boolean canBlock() {
            return true;
        }

        @Override
        public long delayNanos(long nowNanos) {
            return Math.max(0, deadlineNanos - nowNanos);
        }
    }
}
