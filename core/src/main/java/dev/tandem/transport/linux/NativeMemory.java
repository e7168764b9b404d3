package dev.tandem.transport.linux;

import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;

/** Where the bytes of a buffer are in memory. */
public final class NativeMemory {

    private NativeMemory() {}

    /**
     * The address of the byte at the reader index of a direct, contiguous buffer. Works also where the JVM denies Netty
     * the use of Unsafe, at the price of a native call.
     */
    public static long addressOfReadable(ByteBuf buffer) {
        if (buffer.hasMemoryAddress()) {
            return buffer.memoryAddress() + buffer.readerIndex();
        }
        ByteBuffer view = buffer.internalNioBuffer(buffer.readerIndex(), buffer.readableBytes());
        return Buffer.memoryAddress(view) + view.position();
    }

    /** Refuses a buffer that the kernel cannot read in one piece. */
    public static void requireSendable(ByteBuf bytes) {
        if (!bytes.isDirect() || bytes.nioBufferCount() != 1) {
            throw new IllegalArgumentException(
                    "The bytes to send must be direct and contiguous, but were " + bytes + ".");
        }
    }
}
