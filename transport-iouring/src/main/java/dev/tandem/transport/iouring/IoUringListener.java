package dev.tandem.transport.iouring;

import dev.tandem.transport.Acceptor;
import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.TransportException;
import dev.tandem.transport.linux.DescriptorListener;
import dev.tandem.transport.linux.Errno;
import dev.tandem.transport.linux.SocketFactory;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import java.net.SocketAddress;

/** Accepts with one request that the kernel answers for every connection, or one request each on older kernels. */
final class IoUringListener extends DescriptorListener implements IoUringIoHandle {

    /**
     * With less room than this one request asks for one connection: a request for many brings all that wait in the kernel's
     * queue, 4096 as a rule, before it can be taken back.
     */
    private static final int ROOM_FOR_MANY = 4096;

    private final RingFeatures features;

    /** What identifies the request that is with the kernel; 0 if none is. */
    private long accepting;

    /** Whether that request is for many. */
    private boolean acceptingMany;

    private boolean cancelling;

    IoUringListener(
            IoEventLoop loop,
            SocketAddress address,
            ListenOptions options,
            Acceptor acceptor,
            SocketFactory sockets,
            RingFeatures features)
            throws TransportException {
        super(loop, address, options, acceptor, sockets);
        this.features = features;
    }

    @Override
    protected void arm() {
        if (accepting == 0) {
            acceptingMany = features.multishotAccept() && room() >= ROOM_FOR_MANY;
            accepting = registration.submit(RingOperations.accept(descriptor.intValue(), acceptingMany));
        }
    }

    @Override
    protected void disarm() {
        if (accepting != 0 && !cancelling) {
            cancelling = true;
            cancel();
        }
    }

    private void cancel() {
        registration.submit(RingOperations.cancel(accepting, RingOperations.ACCEPT));
    }

    @Override
    protected boolean isQuiet() {
        return accepting == 0;
    }

    @Override
    protected void onEvent(IoEvent event) {
        IoUringIoEvent completion = (IoUringIoEvent) event;
        if (completion.opcode() == RingOperations.ACCEPT) {
            onAcceptCompletion(completion);
        } else if (cancelling && RingOperations.missed(completion.res())) {
            cancelling = !isWanted();
            if (cancelling) {
                cancel();
            }
        }
    }

    private void onAcceptCompletion(IoUringIoEvent completion) {
        if ((completion.flags() & RingOperations.COMPLETION_HAS_MORE) == 0) {
            accepting = 0;
            cancelling = false;
        }
        if (completion.res() >= 0) {
            onAccepted(completion.res());
            if (acceptingMany && room() < ROOM_FOR_MANY) {
                disarm();
            }
        } else if (completion.res() != -Errno.ECANCELED) {
            onAcceptFailed(-completion.res());
        }
        armIfWanted();
        closeIfQuiet();
    }
}
