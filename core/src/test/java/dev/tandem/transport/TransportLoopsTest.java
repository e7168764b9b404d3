package dev.tandem.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TransportLoopsTest {

    private static final long NO_DEADLINE = -1;

    private final BlockingQueue<Long> deadlines = new LinkedBlockingQueue<>();
    private final TransportLoops loops =
            new TransportLoops(1, new DefaultThreadFactory("loops-test"), executor -> new WaitingEngine());
    private final IoEventLoop loop = loops.next();

    @AfterEach
    void end() {
        loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void aLoopWithoutATimerWaitsWithoutADeadline() throws Exception {
        loop.execute(() -> {});
        assertThat(deadlines.take()).isEqualTo(NO_DEADLINE);
    }

    @Test
    void aLoopWaitsForItsNextTimerAndRunsIt() throws Exception {
        Future<String> later = loop.schedule(() -> "later", 1, TimeUnit.HOURS);
        Future<String> soon = loop.schedule(() -> "soon", 10, TimeUnit.MILLISECONDS);

        assertThat(soon.get()).isEqualTo("soon");
        assertThat(later.isDone()).isFalse();
        deadlines.clear();
        assertThat(later.cancel(false)).isTrue();
        loop.execute(() -> {});
        while (deadlines.take() != NO_DEADLINE) {
            // It began to wait for the other timer before that was cancelled.
        }
    }

    /** Has nothing to report: it waits until it is woken or its time is over. */
    private final class WaitingEngine extends NoKernel {

        private final Semaphore woken = new Semaphore(0);

        @Override
        public int run(IoHandlerContext context) {
            if (context.canBlock()) {
                long deadline = context.deadlineNanos();
                deadlines.add(deadline);
                try {
                    if (deadline == NO_DEADLINE) {
                        woken.acquire();
                    } else if (woken.tryAcquire(context.delayNanos(System.nanoTime()), TimeUnit.NANOSECONDS)) {
                        woken.drainPermits();
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return 0;
        }

        @Override
        public void wakeup() {
            woken.release();
        }
    }
}
