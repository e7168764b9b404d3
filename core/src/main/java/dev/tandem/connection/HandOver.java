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

    /** Reserves room for so many bytes. Once there was none, there never is. */
    boolean reserve(int bytes, int max) {
        if (overrun) {
            return false;
        }
        int waiting = waitingBytes.addAndGet(bytes);
        if (waiting >= 0 && waiting <= max) {
            return true;
        }
        overrun = true;
        return false;
    }

    /** Takes the bytes, for which room was reserved, to the loop, where {@code action} sees them; then releases them. */
    void run(LoopConnections home, ByteBuf bytes, Consumer<ByteBuf> action) {
        int size = bytes.readableBytes();
        try {
            home.loop().execute(() -> {
                waitingBytes.addAndGet(-size);
                try {
                    action.accept(bytes);
                } finally {
                    bytes.release();
                }
            });
        } catch (RejectedExecutionException loopHasEnded) {
            bytes.release();
        }
    }
}
