package dev.tandem.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class TickerTest {

    private final AtomicInteger ticks = new AtomicInteger();

    @Test
    void stoppingIsNoTick() {
        long begun;
        do {
            ticks.set(0);
            begun = System.nanoTime();
            Ticker ticker = new Ticker(ticks::incrementAndGet);
            ticker.start();
            awaitState(ticker, Thread.State.TIMED_WAITING);
            ticker.stopTicking();
            assertThat(ticker.isAlive()).isFalse();
            // Where the machine stood still for so long, a tick was due before that.
        } while (System.nanoTime() - begun >= LoopConnections.TICK.toNanos());

        assertThat(ticks).hasValue(0);
    }

    @Test
    void stoppingWaitsForTheTickUnderWayAndKeepsAnInterruptForItsCaller() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Ticker ticker = new Ticker(() -> {
            begun.countDown();
            await(end);
            ticks.incrementAndGet();
        });
        ticker.start();
        begun.await();
        FutureTask<Boolean> interrupted = new FutureTask<>(() -> {
            Thread.currentThread().interrupt();
            ticker.stopTicking();
            return Thread.interrupted();
        });
        Thread stopping = new Thread(interrupted);
        stopping.start();
        awaitState(stopping, Thread.State.WAITING);
        end.countDown();

        assertThat(interrupted.get()).isTrue();
        assertThat(ticks).hasValue(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitState(Thread thread, Thread.State state) {
        while (thread.getState() != state) {
            assertThat(thread.getState()).isNotEqualTo(Thread.State.TERMINATED);
        }
    }
}
