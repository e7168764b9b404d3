package dev.tandem.netty;

import dev.tandem.connection.Connection;
import dev.tandem.connection.Encoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FileRegion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * What of a channel's outbound queue is with its connection: one batch, copied, at a time. The messages stay in the queue
 * until the kernel has taken the batch, for their promises and the channel's writability depend on that.
 */
final class OutboundBatch
        implements ChannelOutboundBuffer.MessageProcessor, Encoder<ChannelOutboundBuffer>, WritableByteChannel {

    /** So many bytes cost a copy little beside sending them, and leave the kernel no time to run dry. */
    static final int BYTES_MAX = 64 * 1024;

    private final Connection connection;

    /** How many bytes are with the connection; 0 if there is no batch. */
    private int bytes;

    /** Where the batch is being put together; null at other times. */
    private ByteBuf target;

    OutboundBatch(Connection connection) {
        this.connection = connection;
    }

    /** Tells the connection what the queue holds besides the batch, so that its limits apply to all of it. */
    void count(ChannelOutboundBuffer queue, int added) {
        // A region of a file is in the batch, but counts nothing in the queue.
        long waiting = Math.max(0, queue.totalPendingWriteBytes() + added - bytes);
        connection.countQueued((int) Math.min(Integer.MAX_VALUE, waiting));
    }

    /** Hands the next batch of what was flushed to the connection, unless it has one. */
    void handOver(ChannelOutboundBuffer queue) {
        if (bytes > 0) {
            return;
        }
        removeEmpty(queue);
        // What is removed tells its promise, whose listener may have handed over a batch meanwhile.
        if (bytes == 0 && !queue.isEmpty()) {
            connection.countQueued(0);
            connection.write(queue, this);
        }
        count(queue, 0);
    }

    private static void removeEmpty(ChannelOutboundBuffer queue) {
        Object first = queue.current();
        while (first instanceof ByteBuf message && !message.isReadable()
                || first instanceof FileRegion region && region.transferred() >= region.count()) {
            queue.remove();
            first = queue.current();
        }
    }

    /** The kernel has taken the batch. */
    void onSent(ChannelOutboundBuffer queue) {
        // Until the end there is a batch, so that listeners of promises that flush do not begin another one.
        if (queue.current() instanceof FileRegion) {
            queue.progress(bytes);
            bytes = 0;
            removeEmpty(queue);
        } else {
            queue.removeBytes(bytes);
            bytes = 0;
        }
        count(queue, 0);
    }

    /** The queue is gone, and with it whatever the connection may still send of it. */
    void forget() {
        bytes = 0;
        connection.countQueued(0);
    }

    // ---- Copying ----

    /** Appends the next batch to {@code out}. */
    @Override
    public void encode(ChannelOutboundBuffer queue, ByteBuf out) {
        target = out;
        try {
            if (queue.current() instanceof FileRegion region) {
                region.transferTo(this, region.transferred());
                if (bytes == 0) {
                    throw new IOException("The file ended after " + region.transferred() + " of " + region.count()
                            + " bytes to send.");
                }
            } else {
                out.ensureWritable((int) Math.min(BYTES_MAX, queue.totalPendingWriteBytes()));
                queue.forEachFlushedMessage(this);
            }
        } catch (Exception e) {
            bytes = 0;
            throw e instanceof IOException io ? new UncheckedIOException(io) : new IllegalStateException(e);
        } finally {
            target = null;
        }
    }

    /** Copies a message, or as much of it as fits. Returns whether there is room for more. */
    @Override
    public boolean processMessage(Object message) {
        if (!(message instanceof ByteBuf source)) {
            return false;
        }
        int count = Math.min(source.readableBytes(), BYTES_MAX - bytes);
        target.writeBytes(source, source.readerIndex(), count);
        bytes += count;
        return bytes < BYTES_MAX;
    }

    /** Copies a piece of a file. */
    @Override
    public int write(ByteBuffer source) {
        int count = Math.min(source.remaining(), BYTES_MAX - bytes);
        if (count > 0) {
            target.writeBytes(source.slice().limit(count));
            source.position(source.position() + count);
            bytes += count;
        }
        return count;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {
        // A file region closes its own file, and not what it is sent to.
    }
}
