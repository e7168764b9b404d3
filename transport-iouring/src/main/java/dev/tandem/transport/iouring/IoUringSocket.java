package dev.tandem.transport.iouring;

import dev.tandem.transport.linux.DescriptorSocket;
import dev.tandem.transport.linux.Errno;
import dev.tandem.transport.linux.LoanBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.unix.Socket;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import java.io.IOException;

/**
 * A socket whose operations the kernel completes. At most one receive, which goes on until it is cancelled where the kernel
 * can do that, and one send are with the kernel at a time.
 *
 * <p>A pause is not told to the kernel until bytes arrive during it: those are kept, and only then the receive is
 * cancelled. What completes before the cancellation takes effect is kept too. So a short pause costs nothing, and a long
 * one keeps no more than the kernel had handed over already.
 *
 * <p>A receive that goes on by itself saves an operation per message, but it also runs ahead: with large chunks the next ones
 * are there before the answer to the first is sent, and each has to be copied or held. So while chunks are large, one is
 * asked for at a time, behind the answer.
 */
final class IoUringSocket extends DescriptorSocket implements IoUringIoHandle {

    /** A chunk of more bytes than this is large. */
    private static final int LARGE_BYTES = 16 * 1024;

    /** So many chunks in a row that are not large end the asking for one at a time. */
    private static final int SMALL_CHUNKS = 4;

    private final ReceiveBuffers buffers;
    private final boolean multishot;

    /** What identifies the receive, the send and the watch that are with the kernel; 0 if none is. */
    private long receiveInFlight;

    private long sendInFlight;
    private long watchInFlight;
    private boolean receiveCancelled;

    /** The kernel has no room for {@link #sending}; the watch tells when it has. */
    private boolean sendBlocked;

    private boolean waitingForBuffers;

    /** How many small chunks are missing until a receive goes on by itself again; 0 while it does. */
    private int oneAtATime;

    /** The number of the buffer whose loan was extended for a send; {@link ReceiveBuffers#NONE} if there is none. */
    private int lentToSend = ReceiveBuffers.NONE;

    /** Bytes that arrived during a pause; null if there are none. */
    private ByteBuf kept;

    /** The peer has finished sending, which is told after {@link #kept}. */
    private boolean endArrived;

    IoUringSocket(IoEventLoop loop, Socket descriptor, ReceiveBuffers buffers, boolean multishot) {
        super(loop, descriptor);
        this.buffers = buffers;
        this.multishot = multishot;
    }

    @Override
    protected void onEvent(IoEvent event) throws IOException {
        IoUringIoEvent completion = (IoUringIoEvent) event;
        switch (completion.opcode()) {
            case RingOperations.RECEIVE -> onReceiveCompletion(completion.res(), completion.flags());
            case RingOperations.SEND -> onSendCompletion(completion.res());
            case RingOperations.POLL -> onWatchCompletion(completion.res(), completion.flags());
            case RingOperations.CANCEL -> onCancelCompletion((byte) completion.userData(), completion.res());
            default -> throw new IllegalStateException("Nobody asked for operation " + completion.opcode() + ".");
        }
    }

    // ---- Receiving ----

    @Override
    protected void startReceiving() {
        if (kept != null || endArrived) {
            deliverLater();
        } else {
            submitReceive();
        }
    }

    /**
     * There are buffers again after there had been none. Returns whether this socket asks for one: for one only, because others
     * wait for theirs.
     */
    boolean onBuffersAvailable() {
        waitingForBuffers = false;
        boolean asks = mayReceive();
        if (asks) {
            submitReceive(false);
        }
        return asks;
    }

    private boolean mayReceive() {
        return receiving && isOpen() && receiveInFlight == 0 && kept == null && !endArrived && !waitingForBuffers;
    }

    /** Asks the kernel to receive, if that is wanted, possible and not asked already. */
    private void submitReceive() {
        if (mayReceive()) {
            if (buffers.areScarce()) {
                waitForBuffers();
            } else {
                submitReceive(multishot && oneAtATime == 0);
            }
        }
    }

    private void submitReceive(boolean goesOn) {
        receiveInFlight =
                registration.submit(RingOperations.receive(descriptor.intValue(), goesOn, ReceiveBuffers.GROUP));
    }

    private void waitForBuffers() {
        waitingForBuffers = true;
        buffers.await(this);
    }

    private void cancelReceive() {
        if (receiveInFlight != 0 && !receiveCancelled) {
            receiveCancelled = true;
            cancel(receiveInFlight, RingOperations.RECEIVE);
        }
    }

    /** Chooses between one chunk at a time and a receive that goes on by itself. */
    private void onChunk(int bytes) {
        if (bytes > LARGE_BYTES) {
            if (oneAtATime == 0) {
                cancelReceive();
            }
            oneAtATime = SMALL_CHUNKS;
        } else if (oneAtATime > 0) {
            oneAtATime--;
        }
    }

    private void onReceiveCompletion(int result, int flags) {
        if ((flags & RingOperations.COMPLETION_HAS_MORE) == 0) {
            receiveInFlight = 0;
            receiveCancelled = false;
        }
        try {
            if ((flags & RingOperations.COMPLETION_HAS_BUFFER) != 0) {
                onBuffer(flags >>> RingOperations.COMPLETION_BUFFER_SHIFT, result);
            }
            if (result <= 0 && isOpen()) {
                onReceiveStopped(result);
            }
            submitReceive();
        } finally {
            buffers.wakeLater();
        }
    }

    private void onBuffer(int id, int bytes) {
        LoanBuffer buffer = buffers.take(id);
        try {
            if (bytes > 0 && isOpen()) {
                onChunk(bytes);
                onBytes(buffer.lend(bytes));
            }
        } finally {
            buffers.endCallback();
        }
    }

    private void onBytes(ByteBuf loan) {
        if (receiving && kept == null) {
            events().onReceived(loan);
        } else {
            keep(loan);
        }
    }

    private void keep(ByteBuf loan) {
        if (kept == null) {
            kept = PooledByteBufAllocator.DEFAULT.directBuffer(loan.readableBytes());
        }
        kept.writeBytes(loan);
        if (!receiving) {
            cancelReceive();
        }
    }

    @Override
    public int heldBytes() {
        return kept == null ? 0 : kept.capacity();
    }

    private void onReceiveStopped(int result) {
        switch (result) {
            // Told by deliver(), which runs at the end of this event.
            case 0 -> endArrived = true;
            case -Errno.ENOBUFS -> waitForBuffers();
            case -Errno.ECANCELED, -Errno.EINTR, -Errno.EAGAIN -> {
                // Asked for again if it is wanted.
            }
            default -> failLater(Errno.failure("receive", -result));
        }
    }

    @Override
    protected void deliver() {
        while (receiving && kept != null) {
            lendKept();
        }
        if (receiving && endArrived && !receiveEnded) {
            receiveEnded = true;
            events().onReceiveEnd();
            watch();
        } else {
            submitReceive();
        }
    }

    private void lendKept() {
        ByteBuf bytes = kept;
        LoanBuffer loan = buffers.lendingOf(bytes);
        bytes.skipBytes(loan.capacity());
        if (bytes.isReadable()) {
            // It stays with us while it is lent: the receiver may close, which releases what is kept.
            bytes.retain();
        } else {
            kept = null;
        }
        try {
            events().onReceived(loan.lend(loan.capacity()));
            loan.end();
        } finally {
            loan.revoke();
            bytes.release();
        }
    }

    // ---- Sending ----

    @Override
    protected void startSending() {
        sendInFlight = registration.submit(RingOperations.send(descriptor.intValue(), sending));
    }

    @Override
    protected boolean startSendingLoan(ByteBuf loan) {
        int id = buffers.extend(loan);
        if (id == ReceiveBuffers.NONE) {
            return false;
        }
        lentToSend = id;
        sending = loan;
        startSending();
        return true;
    }

    private void onSendCompletion(int result) {
        sendInFlight = 0;
        if (!isOpen()) {
            endLoanToSend();
        } else if (result > 0) {
            sending.skipBytes(result);
            if (sending.isReadable()) {
                startSending();
            } else {
                sending = null;
                endLoanToSend();
            }
            events().onSent(result);
        } else if (result == -Errno.EAGAIN) {
            sendBlocked = true;
            watch();
        } else if (result == -Errno.EINTR) {
            startSending();
        } else {
            failLater(Errno.failure("send", -result));
        }
    }

    private void endLoanToSend() {
        if (lentToSend != ReceiveBuffers.NONE) {
            int id = lentToSend;
            lentToSend = ReceiveBuffers.NONE;
            buffers.giveBack(id);
        }
    }

    // ---- Watching: for room to send, and for a reset after the end, when no receive is there to tell ----

    private void watch() {
        if (isOpen() && watchInFlight == 0) {
            watchInFlight = registration.submit(RingOperations.watch(descriptor.intValue()));
        }
    }

    private void onWatchCompletion(int result, int flags) throws IOException {
        if ((flags & RingOperations.COMPLETION_HAS_MORE) == 0) {
            watchInFlight = 0;
        }
        if (!isOpen()) {
            return;
        }
        if (result < 0) {
            failLater(Errno.failure("poll", -result));
            return;
        }
        boolean broken = (result & RingOperations.POLL_ERROR_OR_HANGUP) != 0;
        if (sendBlocked && (broken || (result & RingOperations.POLL_WRITABLE) != 0)) {
            sendBlocked = false;
            startSending();
        } else if (broken && (receiveEnded || !receiving)) {
            failIfReset();
        }
        if (sendBlocked || receiveEnded) {
            // The kernel ends a watch when its completion queue is full.
            watch();
        }
    }

    private void failIfReset() throws IOException {
        int errno = descriptor.getSoError();
        if (errno != 0) {
            failLater(Errno.failure("receive", errno));
        }
    }

    // ---- Closing ----

    @Override
    protected void cancelInFlight() {
        cancelReceive();
        if (watchInFlight != 0) {
            cancel(watchInFlight, RingOperations.POLL);
        }
        // A send does not wait, so there is nothing to cancel.
    }

    @Override
    protected void releaseMemory() {
        if (kept != null) {
            kept.release();
            kept = null;
        }
        endLoanToSend();
    }

    private void cancel(long submission, byte opcode) {
        registration.submit(RingOperations.cancel(submission, opcode));
    }

    private void onCancelCompletion(byte opcode, int result) {
        if (!RingOperations.missed(result)) {
            return;
        }
        if (opcode == RingOperations.POLL && watchInFlight != 0) {
            cancel(watchInFlight, RingOperations.POLL);
        } else if (opcode == RingOperations.RECEIVE && receiveInFlight != 0 && receiveCancelled) {
            receiveCancelled = !isOpen() || !receiving || oneAtATime > 0;
            if (receiveCancelled) {
                cancel(receiveInFlight, RingOperations.RECEIVE);
            }
        }
    }

    @Override
    protected boolean isQuiet() {
        return receiveInFlight == 0 && sendInFlight == 0 && watchInFlight == 0;
    }
}
