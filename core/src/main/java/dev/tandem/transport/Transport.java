package dev.tandem.transport;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import java.net.SocketAddress;
import java.util.List;

/**
 * An open engine: makes loops run on it and opens sockets on those loops. It holds nothing of its own beyond its loops;
 * what it keeps per loop is released when that loop shuts down.
 */
public interface Transport {

    /** The name of the provider that opened it. */
    String name();

    /** The features of the kernel in use, by name, for people to read. */
    List<String> features();

    /** What an event loop needs to run on this engine. Loops made with it can host Netty channels of this engine too. */
    IoHandlerFactory ioHandlerFactory();

    /**
     * Binds and listens at once, then accepts on {@code loop} until the listener is closed. May be called from any thread;
     * the events come on {@code loop}.
     *
     * @param address an {@link java.net.InetSocketAddress} or a {@link java.net.UnixDomainSocketAddress} with a path. A file
     *     that is there and that nobody listens at is replaced, and the file is removed when the listener closes. Or an {@link
     *     InheritedSocket}, of which a listener that closes leaves the queue to whoever listens there next
     * @throws TransportException if binding fails: the port or path is in use, needs a privilege, or the address is not local
     */
    Listener listen(IoEventLoop loop, SocketAddress address, ListenOptions options, Acceptor acceptor)
            throws TransportException;

    /**
     * Connects, and then lives on {@code loop}. May be called from any thread; the outcome comes on {@code loop}, after this
     * call has returned.
     *
     * @param address an {@link java.net.InetSocketAddress}, resolved, because a look-up would hold up the loop; or a {@link
     *     java.net.UnixDomainSocketAddress} with a path
     * @throws java.util.concurrent.RejectedExecutionException if the loop has ended
     */
    ConnectAttempt connect(IoEventLoop loop, SocketAddress address, ConnectOptions options, Connector connector);
}
