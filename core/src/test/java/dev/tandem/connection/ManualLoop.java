package dev.tandem.connection;

import dev.tandem.transport.NoKernel;
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
}
