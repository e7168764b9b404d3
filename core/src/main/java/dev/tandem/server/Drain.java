package dev.tandem.server;

import dev.tandem.connection.CloseReason;
import dev.tandem.transport.Listener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of a server: everybody out, in order, and in time. */
final class Drain {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final long LISTENER_SECONDS = 5;
    private static final long LOOK_MILLIS = 5;

    private final TcpServer server;
    private final CountDownLatch hurry = new CountDownLatch(1);
    private DrainReport report;

    Drain(TcpServer server) {
        this.server = server;
    }

    /** The deadline is now, for a drain under way too. */
    void abortNow() {
        hurry.countDown();
    }

    synchronized DrainReport run(Duration deadline) {
        if (report == null) {
            report = drain(deadline);
            LOG.info(
                    "Drained in {} ms: {} connections, {} of them aborted.",
                    report.took().toMillis(),
                    report.open(),
                    report.aborted());
        }
        return report;
    }

    private DrainReport drain(Duration deadline) {
        long start = System.nanoTime();
        server.listeners().forEach(Listener::close);
        awaitListeners();
        int open = server.connections();
        onEveryLoop(loop -> loop.connections().drainAll());
        awaitEmpty(start + deadline.toNanos());
        int aborted = abortRest();
        server.stopLoops();
        return new DrainReport(open, aborted, Duration.ofNanos(System.nanoTime() - start), server.closeReasons());
    }

    private void awaitListeners() {
        CompletableFuture<?>[] closed = server.listenersClosed().toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(closed).get(LISTENER_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("A listener did not close within {} s.", LISTENER_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitEmpty(long deadlineNanos) {
        try {
            while (server.connections() > 0 && System.nanoTime() < deadlineNanos) {
                if (hurry.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Aborts what is left, and returns how many of them had something left to deliver. */
    private int abortRest() {
        int[] unfinished = new int[server.loops().size()];
        onEveryLoop(loop ->
                unfinished[server.loops().indexOf(loop)] = loop.connections().endAll(CloseReason.DRAIN_DEADLINE));
        int sum = 0;
        for (int count : unfinished) {
            sum += count;
        }
        return sum;
    }

    private void onEveryLoop(java.util.function.Consumer<ServerLoop> task) {
        List<? extends Future<?>> running = server.loops().stream()
                .map(loop -> loop.loop().submit(() -> task.accept(loop)))
                .toList();
        for (Future<?> future : running) {
            try {
                future.get();
            } catch (ExecutionException e) {
                LOG.error("Draining a loop failed.", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
