package dev.tandem.transport.iouring;

import io.netty.channel.uring.IoUring;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Which features of the kernel's io_uring are used.
 *
 * @param multishotAccept one request accepts until it is cancelled (Linux 5.19)
 * @param multishotReceive one request receives until it is cancelled (Linux 6.0)
 * @param deferredTaskRun completions are processed when the loop asks for them, not in between (Linux 6.1)
 */
record RingFeatures(boolean multishotAccept, boolean multishotReceive, boolean deferredTaskRun) {

    static RingFeatures inUse() {
        return new RingFeatures(
                IoUring.isAcceptMultishotEnabled(),
                IoUring.isRecvMultishotEnabled(),
                IoUring.featureString().toUpperCase(Locale.ROOT).contains("DEFER_TASKRUN_SUPPORTED=TRUE"));
    }

    List<String> names() {
        List<String> names = new ArrayList<>();
        names.add(multishotAccept ? "multishot-accept" : "single-shot-accept");
        names.add(multishotReceive ? "multishot-receive" : "single-shot-receive");
        names.add("provided-buffers");
        if (deferredTaskRun) {
            names.add("deferred-task-run");
        }
        return names;
    }
}
