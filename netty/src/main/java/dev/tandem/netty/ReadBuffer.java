package dev.tandem.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * The buffer in which pipelines of a loop get what was received. Most have read and released it when they return; it then
 * serves for the next message, of whatever connection, and costs less than one of the pool's. One that a handler has kept is
 * that handler's, as ever, and another one takes its place. Nothing is kept when the loop has no pipelines. For the thread of
 * the loop.
 */
final class ReadBuffer {

    /** A larger one is not kept. No budget counts what is. */
    private static final int KEPT_BYTES_MAX = 16 * 1024;

    private static final FastThreadLocal<ReadBuffer> OF_LOOP = new FastThreadLocal<>() {
        @Override
        protected ReadBuffer initialValue() {
            return new ReadBuffer();
        }
    };

    private int pipelines;

    /** Null if there is none, or if a pipeline has it. */
    private ByteBuf kept;

    private ReadBuffer() {}

    /** That of this thread, for one more pipeline, which leaves it when its connection has ended. */
    static ReadBuffer join() {
        ReadBuffer buffer = OF_LOOP.get();
        buffer.pipelines++;
        return buffer;
    }

    void leave() {
        if (--pipelines == 0) {
            release(kept);
            kept = null;
        }
    }

    /** A copy of the loan, which is read in doing so: the pipeline's to release, and to be given back here by the caller. */
    ByteBuf copyOf(ByteBuf loan, ByteBufAllocator allocator) {
        ByteBuf message = kept;
        kept = null;
        if (message == null || message.alloc() != allocator) {
            release(message);
            message = allocator.ioBuffer(loan.readableBytes());
        }
        return message.writeBytes(loan).retain();
    }

    /** The pipeline has returned, with the message released or not. */
    void giveBack(ByteBuf message) {
        if (message.refCnt() == 1 && kept == null && message.capacity() <= KEPT_BYTES_MAX) {
            kept = message.clear();
        } else {
            message.release();
        }
    }

    private static void release(ByteBuf buffer) {
        if (buffer != null) {
            buffer.release();
        }
    }
}
