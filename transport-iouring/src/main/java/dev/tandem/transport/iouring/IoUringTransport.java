package dev.tandem.transport.iouring;

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
import io.netty.channel.unix.Socket;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import java.net.SocketAddress;
import java.util.List;

/** The completion engine: hands operations to the kernel's ring and hears when they are done. */
final class IoUringTransport implements Transport {

    private final RingConfig rings;
    private final RingFeatures features;
    private final PerLoop<ReceiveBuffers> receiveBuffers;

    IoUringTransport(TransportConfig config, RingConfig rings, RingFeatures features) {
        this.rings = rings;
        this.features = features;
        this.receiveBuffers = new PerLoop<>(loop -> new ReceiveBuffers(loop, config, rings), ReceiveBuffers::free);
    }

    @Override
    public String name() {
        return IoUringTransportProvider.NAME;
    }

    @Override
    public List<String> features() {
        return features.names();
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig();
        config.setRingSize(rings.submissions());
        config.setCqSize(rings.completions());
        return ClosingIoHandler.factory(name(), "io_uring_setup", IoUringIoHandler.newFactory(config), true);
    }

    @Override
    public Listener listen(IoEventLoop loop, SocketAddress address, ListenOptions options, Acceptor acceptor)
            throws TransportException {
        IoUringListener listener = new IoUringListener(loop, address, options, acceptor, this::newSocket, features);
        listener.open();
        return listener;
    }

    @Override
    public ConnectAttempt connect(
            IoEventLoop loop, SocketAddress address, ConnectOptions options, Connector connector) {
        IoUringConnect attempt = new IoUringConnect(loop, address, options, connector, this::newSocket);
        attempt.open();
        return attempt;
    }

    private IoUringSocket newSocket(IoEventLoop loop, Socket connected) {
        return new IoUringSocket(loop, connected, receiveBuffers.of(loop), features.multishotReceive());
    }
}
