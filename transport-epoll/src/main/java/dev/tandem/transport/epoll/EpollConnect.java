package dev.tandem.transport.epoll;

import dev.tandem.transport.ConnectOptions;
import dev.tandem.transport.Connector;
import dev.tandem.transport.linux.DescriptorConnect;
import dev.tandem.transport.linux.SocketFactory;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.net.SocketAddress;

/** Connects, and has epoll say when the outcome is known. */
final class EpollConnect extends DescriptorConnect implements EpollIoHandle {

    EpollConnect(
            IoEventLoop loop,
            SocketAddress address,
            ConnectOptions options,
            Connector connector,
            SocketFactory sockets) {
        super(loop, address, options, connector, sockets);
    }

    @Override
    public FileDescriptor fd() {
        return descriptor;
    }

    @Override
    protected void arm() {
        registration.submit(EpollIoOps.EPOLLOUT);
    }

    @Override
    protected void disarm() {
        // The registration ends before the descriptor does, and takes the request with it.
    }

    @Override
    protected boolean isQuiet() {
        return true;
    }

    @Override
    protected void onEvent(IoEvent event) throws IOException {
        onWritable();
    }
}
