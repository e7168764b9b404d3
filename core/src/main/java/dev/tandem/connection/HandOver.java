package dev.tandem.connection;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What other threads write, on its way to the loop of the connection. Bounded: a thread that writes faster than the loop
 * takes over finds no room, and the connection is aborted. For any thread.
 */
final class HandOver {

    private final Exchange exchange;
    private final LoopConnections home;
    private final AtomicInteger waitingBytes = new AtomicInteger();
    private volatile boolean overrun;

    HandOver(Exchange exchange, LoopConnections home) {
        this.exchange = exchange;
        this.home = home;
    }

    /** How many bytes are on their way. */
    int waitingBytes() {
        return waitingBytes.get();
    }

    /** Copies the readable bytes and takes them to the loop, or drops them if there is no room. Reads them in doing so. */
    void write(ByteBuf bytes) {
        int size = bytes.readableBytes();
        if (hasRoom(size)) {
            run(copy(bytes, size));
        } else {
            bytes.skipBytes(size);
        }
    }

    /** Copies bytes for which room was reserved. The room is free again if that fails. */
    private ByteBuf copy(ByteBuf bytes, int size) {
        ByteBuf copy = null;
        try {
            copy = home.allocator().directBuffer(size);
            return copy.writeBytes(bytes);
        } catch (Throwable t) {
            giveBack(size);
            if (copy != null) {
                copy.release();
            }
            throw t;
        }
    }

    /** Takes what {@code encoder} makes of {@code message} to the loop, or drops it if there is no room. */
    <M> void write(M message, Encoder<? super M> encoder) {
        ByteBuf bytes = home.allocator().directBuffer();
        try {
            encoder.encode(message, bytes);
        } catch (Throwable t) {
            bytes.release();
            throw t;
        }
        if (hasRoom(bytes.readableBytes())) {
            run(bytes);
        } else {
            bytes.release();
        }
    }

    /** Reserves room for so many bytes. If there is none the connection is aborted. */
    private boolean hasRoom(int bytes) {
        if (!home.account().fits(bytes)) {
            exchange.connection().abort(CloseReason.BUDGET_EXCEEDED);
            return false;
        }
        boolean reserved = reserve(bytes);
        if (!reserved) {
            exchange.connection().abort(CloseReason.OUTBOUND_OVERFLOW);
        }
        return reserved;
    }

    /** Once there was no room, there never is. */
    private boolean reserve(int bytes) {
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

    /** Writes the bytes, for which room was reserved, on the loop; then releases them. */
    private void run(ByteBuf bytes) {
        int size = bytes.readableBytes();
        try {
            home.loop().execute(() -> {
                giveBack(size);
                try {
                    exchange.writing().writeHandedOver(bytes);
                } finally {
                    bytes.release();
                }
            });
        } catch (RejectedExecutionException loopHasEnded) {
            giveBack(size);
            bytes.release();
        }
    }

    private void giveBack(int bytes) {
        waitingBytes.addAndGet(-bytes);
        home.account().addHandedOver(-bytes);
    }
}
