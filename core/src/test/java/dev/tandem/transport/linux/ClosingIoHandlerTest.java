package dev.tandem.transport.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.transport.NoKernel;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosingIoHandlerTest {

    private final List<String> told = new ArrayList<>();
    private int refusals;

    @Test
    void aRingIsWokenAsFromAnotherThreadRightBeforeItEnds() {
        handlerOf(true).destroy();
        assertThat(told).containsExactly("prepareToDestroy", "wakeup by another thread", "destroy");
    }

    @Test
    void epollIsNotWoken() {
        handlerOf(false).destroy();
        assertThat(told).containsExactly("prepareToDestroy", "destroy");
    }

    @Test
    void otherwiseTheLoopsThreadIsTheLoops() {
        IoHandler handler = handlerOf(true);
        handler.wakeup();
        handler.destroy();
        handler.wakeup();
        assertThat(told).startsWith("wakeup by the loop").endsWith("wakeup by the loop");
    }

    @Test
    void aKernelThatRefusesOnceDoesNotEndTheLoop() {
        IoHandler handler = handlerOf(true);
        refusals = 1;
        assertThat(handler.run(null)).isZero();
        assertThat(handler.run(null)).isEqualTo(7);
    }

    private IoHandler handlerOf(boolean reaps) {
        return ClosingIoHandler.factory("test", "test", NotingHandler::new, reaps)
                .newHandler(new CurrentThread());
    }

    /** An engine that notes what it is told, and whom it takes a wake-up to come from. */
    private final class NotingHandler extends NoKernel {

        private final ThreadAwareExecutor loop;

        NotingHandler(ThreadAwareExecutor loop) {
            this.loop = loop;
        }

        @Override
        public int run(IoHandlerContext context) {
            if (refusals-- > 0) {
                throw new UncheckedIOException(new IOException("io_uring_enter(..) failed with error(-11)"));
            }
            return 7;
        }

        @Override
        public void wakeup() {
            told.add(loop.isExecutorThread(Thread.currentThread()) ? "wakeup by the loop" : "wakeup by another thread");
        }

        @Override
        public void prepareToDestroy() {
            told.add("prepareToDestroy");
        }

        @Override
        public void destroy() {
            told.add("destroy");
        }
    }

    private static final class CurrentThread implements ThreadAwareExecutor {

        @Override
        public boolean isExecutorThread(Thread thread) {
            return thread == Thread.currentThread();
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }
    }
}
