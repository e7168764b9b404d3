package dev.tandem.transport.iouring;

import dev.tandem.transport.ConnectOptions;
import dev.tandem.transport.Connector;
import dev.tandem.transport.linux.DescriptorConnect;
import dev.tandem.transport.linux.SocketFactory;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import java.io.IOException;
import java.net.SocketAddress;

/**
 * Connects, and has the ring say when the outcome is known. The system call begins it and the ring only watches: an operation
 * that connects as a whole differs between kernels in what it does with a descriptor that does not block.
 */
final class IoUringConnect extends DescriptorConnect implements IoUringIoHandle {

    /** What identifies the watch that is with the kernel; 0 if none is. */
    private long watching;

    private boolean cancelling;

    IoUringConnect(
            IoEventLoop loop,
            SocketAddress address,
            ConnectOptions options,
            Connector connector,
            SocketFactory sockets) {
        super(loop, address, options, connector, sockets);
    }

    @Override
    protected void arm() {
        watching = registration.submit(RingOperations.awaitWritable(descriptor.intValue()));
    }

    @Override
    protected void disarm() {
        if (watching != 0) {
            cancelling = true;
            registration.submit(RingOperations.cancel(watching, RingOperations.POLL));
        }
    }

    @Override
    protected boolean isQuiet() {
        return watching == 0;
    }

    @Override
    protected void onEvent(IoEvent event) throws IOException {
        IoUringIoEvent completion = (IoUringIoEvent) event;
        if (completion.opcode() == RingOperations.POLL) {
            watching = 0;
            if (completion.res() < 0) {
                fail(-completion.res());
            } else {
                onWritable();
            }
            endIfQuiet();
        } else if (cancelling && watching != 0 && RingOperations.missed(completion.res())) {
            disarm();
        }
    }
}
