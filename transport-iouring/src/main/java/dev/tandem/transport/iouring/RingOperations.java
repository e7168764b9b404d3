package dev.tandem.transport.iouring;

import dev.tandem.transport.linux.Errno;
import dev.tandem.transport.linux.NativeMemory;
import io.netty.buffer.ByteBuf;
import io.netty.channel.uring.IoUringIoOps;

/**
 * The submission queue entries we use, field by field (io_uring_enter(2), linux/io_uring.h). Kept in one place because the
 * constructor takes thirteen numbers whose meaning depends on the operation.
 */
final class RingOperations {

    static final byte POLL = 6;
    static final byte NOP = 0;
    static final byte ACCEPT = 13;
    static final byte CANCEL = 14;
    static final byte SEND = 26;
    static final byte RECEIVE = 27;
    static final byte PROVIDE_BUFFERS = 31;

    /** The completion names a provided buffer in its upper 16 bits. */
    static final int COMPLETION_HAS_BUFFER = 1;
    /** More completions of this operation will come. */
    static final int COMPLETION_HAS_MORE = 1 << 1;

    static final int COMPLETION_BUFFER_SHIFT = 16;

    static final int POLL_WRITABLE = 0x4;
    /** A poll reports these whether asked or not (poll(2)). */
    static final int POLL_ERROR_OR_HANGUP = 0x8 | 0x10;

    private static final int POLL_MULTISHOT = 1;
    private static final byte SELECT_BUFFER = 1 << 5;
    private static final short ACCEPT_MULTISHOT = 1;
    private static final short RECEIVE_MULTISHOT = 1 << 1;
    private static final int SOCK_NONBLOCK_AND_CLOEXEC = 0x800 | 0x80000;
    private static final int MSG_DONTWAIT_AND_NOSIGNAL = 0x40 | 0x4000;

    private RingOperations() {}

    static IoUringIoOps accept(int descriptor, boolean multishot) {
        short flags = multishot ? ACCEPT_MULTISHOT : 0;
        return operation(ACCEPT, (byte) 0, flags, descriptor, 0, 0, 0, SOCK_NONBLOCK_AND_CLOEXEC, (short) 0);
    }

    static IoUringIoOps receive(int descriptor, boolean multishot, short bufferGroup) {
        short flags = multishot ? RECEIVE_MULTISHOT : 0;
        return operation(RECEIVE, SELECT_BUFFER, flags, descriptor, 0, 0, 0, 0, bufferGroup);
    }

    /**
     * Sends what the kernel takes at once. It must not wait for room: once the peer has finished sending, the kernel's own
     * wait ends at once although there is no room, and after trying again and again it would park a thread on the socket.
     */
    static IoUringIoOps send(int descriptor, ByteBuf bytes) {
        long address = NativeMemory.addressOfReadable(bytes);
        return operation(
                SEND,
                (byte) 0,
                (short) 0,
                descriptor,
                0,
                address,
                bytes.readableBytes(),
                MSG_DONTWAIT_AND_NOSIGNAL,
                (short) 0);
    }

    /**
     * Watches for room to send, errors and hang-ups until it is cancelled. Tells at first what holds already, and then each
     * time that something happens, not for as long as it lasts.
     */
    static IoUringIoOps watch(int descriptor) {
        return operation(POLL, (byte) 0, (short) 0, descriptor, 0, 0, POLL_MULTISHOT, POLL_WRITABLE, (short) 0);
    }

    /** Completes once, when there is room to send, an error or a hang-up. */
    static IoUringIoOps awaitWritable(int descriptor) {
        return operation(POLL, (byte) 0, (short) 0, descriptor, 0, 0, 0, POLL_WRITABLE, (short) 0);
    }

    /**
     * Cancels the operation that {@code submit} returned {@code submission} for. The completion carries the opcode of that
     * operation as its user data.
     */
    static IoUringIoOps cancel(long submission, byte opcode) {
        return new IoUringIoOps(
                CANCEL, (byte) 0, (short) 0, -1, 0, submission, 0, 0, (long) opcode, (short) 0, (short) 0, 0, 0);
    }

    /** Whether a cancellation missed an operation that the kernel was just working on, and has to be tried again. */
    static boolean missed(int cancelResult) {
        return cancelResult == -Errno.ENOENT || cancelResult == -Errno.EALREADY;
    }

    /** Gives {@code count} buffers of {@code bytes} bytes each to the kernel, numbered from {@code firstId}. */
    static IoUringIoOps provideBuffers(int firstId, int count, long address, int bytes, short bufferGroup) {
        return operation(PROVIDE_BUFFERS, (byte) 0, (short) 0, count, firstId, address, bytes, 0, bufferGroup);
    }

    /** Completes when the kernel has tried what was submitted before. */
    static IoUringIoOps nop() {
        return operation(NOP, (byte) 0, (short) 0, -1, 0, 0, 0, 0, (short) 0);
    }

    private static IoUringIoOps operation(
            byte opcode,
            byte flags,
            short priority,
            int descriptor,
            long union1,
            long union2,
            int length,
            int union3,
            short bufferGroup) {
        return new IoUringIoOps(
                opcode, flags, priority, descriptor, union1, union2, length, union3, 0L, bufferGroup, (short) 0, 0, 0);
    }
}
