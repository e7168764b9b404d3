package dev.tandem.connection;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Bytes on their way from other threads to the loop of a connection. Bounded: a thread that writes faster than the loop takes
 * over finds no room, and the connection is aborted.
 */
final class HandOver {

    private final AtomicInteger waitingBytes = new AtomicInteger();
    private volatile boolean overrun;

    /** How many bytes are on their way. */
    int waitingBytes() {
        return waitingBytes.get();
    }

    /** Reserves room for so many bytes. Once there was none, there never is. */
    boolean reserve(LoopConnections home, int bytes) {
        if (overrun) {
            return false;
        }
        int waiting = waitingBytes.addAndGet(bytes);
        if (waiting >= 0 && waiting <= home.limits().outboundMaxBytes()) {
            home.account().addHandedOver(bytes);
            return true;
        }
        overrun = true;
        waitingBytes.addAndGet(-bytes);
        return false;
    }

    /** Takes the bytes, for which room was reserved, to the loop, where {@code action} sees them; then releases them. */
    void run(LoopConnections home, ByteBuf bytes, Consumer<ByteBuf> action) {
        int size = bytes.readableBytes();
        try {
            home.loop().execute(() -> {
                giveBack(home, size);
                try {
                    action.accept(bytes);
                } finally {
                    bytes.release();
                }
            });
        } catch (RejectedExecutionException loopHasEnded) {
            giveBack(home, size);
            bytes.release();
        }
    }

    private void giveBack(LoopConnections home, int bytes) {
        waitingBytes.addAndGet(-bytes);
        home.account().addHandedOver(-bytes);
    }
}
