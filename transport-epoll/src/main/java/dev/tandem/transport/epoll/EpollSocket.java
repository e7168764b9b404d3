package dev.tandem.transport.epoll;

import dev.tandem.transport.linux.DescriptorSocket;
import dev.tandem.transport.linux.Errno;
import dev.tandem.transport.linux.LoanBuffer;
import dev.tandem.transport.linux.NativeMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;

/**
 * A socket whose readiness epoll reports. Readiness becomes completion like this: a send is tried at once and reported
 * later; what the kernel did not take waits for EPOLLOUT. A receive happens when EPOLLIN says that there is something.
 *
 * <p>Events are hints. What has really happened is what receiving, sending or SO_ERROR then say.
 */
final class EpollSocket extends DescriptorSocket implements EpollIoHandle {

    private static final EpollIoOps IN_AND_OUT = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLOUT);
    private static final int IN = EpollIoOps.EPOLLIN.value();
    private static final int OUT = EpollIoOps.EPOLLOUT.value();
    private static final int ERR = EpollIoOps.EPOLLERR.value();
    private static final int HUP = 0x10;

    /** Edge-triggered and nothing else: errors and hang-ups are reported when they happen, not for as long as they last. */
    private static final int HUSHED = EpollIoOps.EPOLLET.value();

    /** A peer that floods gets so many receives before other sockets of the loop get their turn. */
    private static final int RECEIVES_PER_TURN = 4;

    /** A send that completes at once may be followed by another from its report; so many before others get their turn. */
    private static final int SENDS_PER_TURN = 4;

    private final LoanBuffer loans;

    /** What epoll was asked to report: {@link #HUSHED}, or the bits beside errors and hang-ups. */
    private int interest;

    /** What the kernel did not take of a loan that is being sent, copied, because the loop needs its buffer back. */
    private ByteBuf restOfLoan;

    /** Bytes that the kernel took and that are not reported yet. */
    private int unreported;

    EpollSocket(IoEventLoop loop, Socket descriptor, LoanBuffer loans) {
        super(loop, descriptor);
        this.loans = loans;
    }

    @Override
    public FileDescriptor fd() {
        return descriptor;
    }

    // ---- Receiving ----

    @Override
    protected void startReceiving() {
        if (!receiveEnded) {
            askFor(interest == HUSHED ? IN : interest | IN);
        }
    }

    @Override
    protected void onEvent(IoEvent event) throws IOException {
        if (!isOpen()) {
            return;
        }
        int ready = ((EpollIoEvent) event).ops().value();
        if (sending != null && (ready & (OUT | ERR | HUP)) != 0) {
            trySending();
        } else if ((ready & OUT) != 0) {
            askFor(interest & ~OUT);
        }
        if (!receiving || receiveEnded) {
            stopReceiveEvents(ready);
        } else if ((ready & (IN | ERR | HUP)) != 0) {
            receive();
        }
    }

    private void receive() throws IOException {
        int capacity = loans.capacity();
        for (int i = 0; i < RECEIVES_PER_TURN && receiving && isOpen(); i++) {
            int received = descriptor.recvAddress(loans.address(), 0, capacity);
            if (received > 0) {
                lend(received);
                deliver();
                if (received < capacity) {
                    return;
                }
            } else {
                if (received < 0) {
                    endReceiving();
                }
                return;
            }
        }
    }

    private void lend(int received) {
        try {
            events().onReceived(loans.lend(received));
        } finally {
            loans.end();
        }
    }

    private void endReceiving() {
        receiveEnded = true;
        events().onReceiveEnd();
        if (isOpen()) {
            // The end would be reported for ever.
            askFor(interest & ~IN);
        }
    }

    /** Something is ready to be received that nobody wants at present: epoll must not report it again and again. */
    private void stopReceiveEvents(int ready) throws IOException {
        if ((ready & (ERR | HUP)) != 0 && sending == null) {
            int errno = descriptor.getSoError();
            if (errno != 0) {
                failLater(Errno.failure("receive", errno));
                return;
            }
            if ((ready & HUP) != 0) {
                // Both directions are finished, which epoll would report for ever. Receiving what is left asks again.
                askFor(HUSHED);
                return;
            }
        }
        if ((interest & IN) != 0) {
            askFor(interest & ~IN);
        }
    }

    private void askFor(int wanted) {
        if (wanted != interest) {
            interest = wanted;
            registration.submit(operations(wanted));
        }
    }

    private static EpollIoOps operations(int wanted) {
        if (wanted == IN) {
            return EpollIoOps.EPOLLIN;
        }
        if (wanted == OUT) {
            return EpollIoOps.EPOLLOUT;
        }
        if (wanted == HUSHED) {
            return EpollIoOps.EPOLLET;
        }
        // Never NONE: the registration would take the descriptor out of the epoll set and then not know it.
        return wanted == 0 ? EpollIoOps.EPOLLERR : IN_AND_OUT;
    }

    // ---- Sending ----

    @Override
    protected void startSending() {
        trySending();
    }

    @Override
    protected boolean startSendingLoan(ByteBuf loan) {
        if (!loans.isLent(loan)) {
            return false;
        }
        sending = loan;
        trySending();
        if (sending != null) {
            restOfLoan = PooledByteBufAllocator.DEFAULT
                    .directBuffer(loan.readableBytes())
                    .writeBytes(loan);
            sending = restOfLoan;
        }
        return true;
    }

    /** What the kernel took at once is in flight until it is reported, as it would be on any other engine. */
    @Override
    protected boolean isSendInFlight() {
        return unreported > 0 || super.isSendInFlight();
    }

    private void trySending() {
        try {
            int size = sending.readableBytes();
            // Netty offers no flags here, so a broken pipe raises SIGPIPE as well, which the JVM ignores.
            int sent = descriptor.sendAddress(NativeMemory.addressOfReadable(sending), 0, size);
            sending.skipBytes(sent);
            unreported += sent;
            if (sent == size) {
                sending = null;
                releaseMemory();
                if ((interest & OUT) != 0) {
                    askFor(interest & ~OUT);
                }
            } else {
                askFor(interest | OUT);
            }
            if (sent > 0) {
                deliverLater();
            }
        } catch (Exception e) {
            failLater(Errno.failure("send", e));
        }
    }

    @Override
    protected void deliver() {
        for (int i = 0; unreported > 0 && isOpen(); i++) {
            if (i == SENDS_PER_TURN) {
                // The socket is writable, so this brings us back at the next turn; a task would run in this one.
                askFor(interest | OUT);
                return;
            }
            int sent = unreported;
            unreported = 0;
            events().onSent(sent);
        }
    }

    // ---- Closing ----

    @Override
    protected void cancelInFlight() {
        // The kernel copied what it took; nothing of this socket is with it.
    }

    @Override
    protected void releaseMemory() {
        if (restOfLoan != null) {
            restOfLoan.release();
            restOfLoan = null;
        }
    }

    @Override
    protected boolean isQuiet() {
        return true;
    }
}
