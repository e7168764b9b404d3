package dev.tandem.server;

import dev.tandem.connection.CloseReason;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of a server: everybody out, in order, and in time, also when a handler blocks its loop. */
final class Drain {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** What aborting may take beyond the deadline. It takes milliseconds, but for a loop that is blocked. */
    private static final Duration ABORT = Duration.ofMillis(500);

    private final TcpServer server;
    private volatile boolean hurry;
    private boolean interrupted;
    private DrainReport report;

    Drain(TcpServer server) {
        this.server = server;
    }

    /** The deadline is now, for a drain under way too. */
    void abortNow() {
        hurry = true;
    }

    /** Ends a server that did not come to start. */
    void runSilently() {
        drain(ABORT);
    }

    DrainReport run(Duration deadline) {
        if (deadline.isNegative()) {
            throw new IllegalArgumentException("The deadline must not be negative, but was " + deadline + ".");
        }
        if (server.isOnLoop()) {
            throw new IllegalStateException(
                    "A server cannot be ended on one of its own loops, for it waits until they have"
                            + " ended. Hand the call to another thread.");
        }
        return runOnce(deadline);
    }

    private synchronized DrainReport runOnce(Duration deadline) {
        if (report == null) {
            report = drain(deadline);
            LOG.info(
                    "Drained in {} ms: {} connections, {} of them aborted.",
                    report.took().toMillis(),
                    report.open(),
                    report.aborted());
        }
        if (interrupted) {
            // This thread's own: others may ask for the report later.
            interrupted = false;
            Thread.currentThread().interrupt();
        }
        return report;
    }

    private DrainReport drain(Duration deadline) {
        long start = System.nanoTime();
        BooleanSupplier timeIsUp = () -> hurry || hasPassed(start, deadline);
        server.closeDoor();
        await(server::isDoorClosed, timeIsUp);
        int open = server.connections();
        List<Future<Integer>> told = onEveryLoop(ServerLoop::drainAll);
        await(() -> allDone(told) && server.present() == 0, timeIsUp);
        int aborted = abortRest();
        server.stopLoops();
        return new DrainReport(open, aborted, Duration.ofNanos(System.nanoTime() - start), server.closeReasons());
    }

    /** Aborts what is left, and returns how many of them had something left to deliver. */
    private int abortRest() {
        List<Future<Integer>> ended = onEveryLoop(loop -> loop.endAll(CloseReason.DRAIN_DEADLINE));
        // The connections end, and their handlers hear of it, while the loops still run.
        await(() -> allDone(ended) && server.present() == 0, afterLooks(ABORT));
        int aborted = 0;
        for (int i = 0; i < ended.size(); i++) {
            ServerLoop loop = server.loops().get(i);
            if (ended.get(i).isSuccess()) {
                aborted += ended.get(i).getNow();
            } else if (ended.get(i).isDone()) {
                LOG.error(
                        "{} ends without its connections having heard of it.",
                        loop.loop(),
                        ended.get(i).cause());
                aborted += loop.load();
            } else {
                LOG.warn("A handler blocks {}: its {} connections end with the process.", loop.loop(), loop.load());
                aborted += loop.load();
            }
        }
        return aborted;
    }

    private List<Future<Integer>> onEveryLoop(ToIntFunction<ServerLoop> task) {
        return server.loops().stream().map(loop -> onLoop(loop, task)).toList();
    }

    private static Future<Integer> onLoop(ServerLoop loop, ToIntFunction<ServerLoop> task) {
        try {
            return loop.loop().submit(() -> task.applyAsInt(loop));
        } catch (RejectedExecutionException loopHasEnded) {
            // Before its time. The others are to be ended all the same.
            return loop.loop().newFailedFuture(loopHasEnded);
        }
    }

    private static boolean allDone(List<? extends Future<?>> futures) {
        return futures.stream().allMatch(Future::isDone);
    }

    /** An interrupt of the waiting thread is as good as {@link #abortNow}. */
    private void await(BooleanSupplier done, BooleanSupplier timeIsUp) {
        while (!done.getAsBoolean() && !timeIsUp.getAsBoolean()) {
            LockSupport.parkNanos(this, LOOK_NANOS);
            if (Thread.interrupted()) {
                interrupted = true;
                hurry = true;
            }
        }
    }

    /**
     * Holds when it was asked as often as {@link #await} looks in this time. Not by the clock: where the process is stopped,
     * or its host stands still, so do the loops, and they would be taken for blocked.
     */
    private static BooleanSupplier afterLooks(Duration most) {
        long[] left = {most.toNanos() / LOOK_NANOS};
        return () -> left[0]-- <= 0;
    }

    private static boolean hasPassed(long startNanos, Duration deadline) {
        return Duration.ofNanos(System.nanoTime() - startNanos).compareTo(deadline) >= 0;
    }
}
