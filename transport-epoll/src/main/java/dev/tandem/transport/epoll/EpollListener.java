package dev.tandem.transport.epoll;

import dev.tandem.transport.Acceptor;
import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.TransportException;
import dev.tandem.transport.linux.DescriptorListener;
import dev.tandem.transport.linux.SocketFactory;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.net.SocketAddress;

/** Accepts when epoll says that connections wait. */
final class EpollListener extends DescriptorListener implements EpollIoHandle {

    /** So many connections are accepted before other sockets of the loop get their turn. */
    private static final int ACCEPTS_PER_TURN = 256;

    private boolean armed;

    EpollListener(
            IoEventLoop loop, SocketAddress address, ListenOptions options, Acceptor acceptor, SocketFactory sockets)
            throws TransportException {
        super(loop, address, options, acceptor, sockets);
    }

    @Override
    public FileDescriptor fd() {
        return descriptor;
    }

    @Override
    protected void arm() {
        if (!armed) {
            registration.submit(EpollIoOps.EPOLLIN);
            armed = true;
        }
    }

    @Override
    protected void disarm() {
        if (armed) {
            armed = false;
            // Never NONE: the registration would take the descriptor out of the epoll set and then not know it. And not
            // EPOLLERR: the hang-up of a socket that another owner has shut down would be reported for as long as it
            // lasts.
            registration.submit(EpollIoOps.EPOLLET);
        }
    }

    @Override
    protected boolean isQuiet() {
        return true;
    }

    @Override
    protected void onEvent(IoEvent event) {
        for (int i = 0; i < ACCEPTS_PER_TURN && armed && acceptOne(); i++) {
            // Level-triggered: what is left in the queue is reported again at the next turn.
        }
    }
}
