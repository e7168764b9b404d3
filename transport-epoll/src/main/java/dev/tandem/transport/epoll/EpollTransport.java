package dev.tandem.transport.epoll;

import dev.tandem.transport.Acceptor;
import dev.tandem.transport.ConnectAttempt;
import dev.tandem.transport.ConnectOptions;
import dev.tandem.transport.Connector;
import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.Listener;
import dev.tandem.transport.Transport;
import dev.tandem.transport.TransportConfig;
import dev.tandem.transport.TransportException;
import dev.tandem.transport.linux.ClosingIoHandler;
import dev.tandem.transport.linux.PerLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.Socket;
import java.net.SocketAddress;
import java.util.List;

/** The readiness engine: waits with epoll, then accepts, receives and sends with a system call each. */
final class EpollTransport implements Transport {

    private final PerLoop<ReceiveBuffer> receiveBuffers;

    EpollTransport(TransportConfig config) {
        receiveBuffers = new PerLoop<>(loop -> new ReceiveBuffer(config), ReceiveBuffer::free);
    }

    @Override
    public String name() {
        return EpollTransportProvider.NAME;
    }

    @Override
    public List<String> features() {
        return EpollTransportProvider.FEATURES;
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        return ClosingIoHandler.factory(name(), "epoll_create1", EpollIoHandler.newFactory(), false);
    }

    @Override
    public Listener listen(IoEventLoop loop, SocketAddress address, ListenOptions options, Acceptor acceptor)
            throws TransportException {
        EpollListener listener = new EpollListener(loop, address, options, acceptor, this::newSocket);
        listener.open();
        return listener;
    }

    @Override
    public ConnectAttempt connect(
            IoEventLoop loop, SocketAddress address, ConnectOptions options, Connector connector) {
        EpollConnect attempt = new EpollConnect(loop, address, options, connector, this::newSocket);
        attempt.open();
        return attempt;
    }

    private EpollSocket newSocket(IoEventLoop loop, Socket connected) {
        return new EpollSocket(loop, connected, receiveBuffers.of(loop).loans());
    }
}
