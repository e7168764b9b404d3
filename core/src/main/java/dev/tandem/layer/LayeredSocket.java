package dev.tandem.layer;

import dev.tandem.transport.PeerCredentials;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TlsSession;
import io.netty.channel.IoEventLoop;
import java.net.SocketAddress;
import java.util.Optional;

/** What a socket above a layer is like, unless the layer says otherwise: like the one below. */
public abstract class LayeredSocket implements StreamSocket {

    /** The socket below. */
    protected final StreamSocket socket;

    /** Above this socket. */
    protected LayeredSocket(StreamSocket socket) {
        this.socket = socket;
    }

    @Override
    public IoEventLoop loop() {
        return socket.loop();
    }

    @Override
    public SocketAddress localAddress() {
        return socket.localAddress();
    }

    @Override
    public SocketAddress remoteAddress() {
        return socket.remoteAddress();
    }

    @Override
    public Optional<SocketAddress> proxyAddress() {
        return socket.proxyAddress();
    }

    @Override
    public Optional<PeerCredentials> peerCredentials() {
        return socket.peerCredentials();
    }

    @Override
    public Optional<TlsSession> tls() {
        return socket.tls();
    }

    @Override
    public int heldBytes() {
        return socket.heldBytes();
    }
}
