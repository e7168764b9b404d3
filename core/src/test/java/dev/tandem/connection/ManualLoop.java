package dev.tandem.connection;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.ManualIoEventLoop;

/** A loop without a kernel that the test drives: tasks run when it says so. */
final class ManualLoop extends ManualIoEventLoop {

    ManualLoop() {
        super(Thread.currentThread(), executor -> new NoKernel());
    }

    /** Runs tasks until there are none. */
    void runAll() {
        while (runNow() > 0) {
            // A task may have queued another.
        }
    }

    private static final class NoKernel implements IoHandler {
        @Override
        public int run(IoHandlerContext context) {
            return 0;
        }

        @Override
        public IoRegistration register(IoHandle handle) {
            throw new UnsupportedOperationException("There is no kernel.");
        }

        @Override
        public void wakeup() {}

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handleType) {
            return false;
        }
    }
}
