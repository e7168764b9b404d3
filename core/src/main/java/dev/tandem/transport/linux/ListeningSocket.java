package dev.tandem.transport.linux;

import dev.tandem.transport.InheritedSocket;
import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.TransportException;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A descriptor that listens, and the file that names it if it has one. The native library of an engine must be loaded before.
 *
 * @param descriptor does not block
 * @param address the one it is bound to, with the port that the kernel chose
 * @param file null if it has none, or one that is not ours to remove
 * @param isShared whether it goes on listening when our descriptor of it is closed, so that nobody in its queue is lost then
 */
record ListeningSocket(Socket descriptor, SocketAddress address, SocketFile file, boolean isShared) {

    private static final Logger LOG = LoggerFactory.getLogger(ListeningSocket.class);

    /** Binds and listens. */
    static ListeningSocket open(SocketAddress address, ListenOptions options) throws TransportException {
        if (address instanceof InetSocketAddress internet) {
            return openInternet(internet, options);
        }
        if (address instanceof InheritedSocket inherited) {
            return adopt(inherited, options);
        }
        if (address instanceof UnixDomainSocketAddress unix
                && !unix.getPath().toString().isEmpty()) {
            return openUnix(unix, options);
        }
        throw new IllegalArgumentException(
                "The address must be an InetSocketAddress, a UnixDomainSocketAddress with a path or an InheritedSocket, but"
                        + " was '" + address + "'.");
    }

    private static ListeningSocket openInternet(InetSocketAddress address, ListenOptions options)
            throws TransportException {
        String operation = "listen on " + display(address);
        if (address.isUnresolved()) {
            throw new TransportException(
                    operation, "unknown host", "The name does not resolve: use an address, or correct the name.");
        }
        Socket socket = null;
        try {
            socket = Socket.newSocketStream();
            // A restarted server can bind although connections of its predecessor still linger in TIME_WAIT.
            socket.setReuseAddress(true);
            socket.setReusePort(options.reusePort());
            // Accepted sockets inherit these (tcp(7), socket(7)).
            settingsOf(options).applyToTcp(socket);
            socket.bind(address);
            socket.listen(options.backlog());
            return new ListeningSocket(socket, socket.localAddress(), null, false);
        } catch (IOException | ChannelException e) {
            closeQuietly(socket);
            throw Errno.failure(operation, e, ListeningSocket::advice);
        }
    }

    private static ListeningSocket openUnix(UnixDomainSocketAddress address, ListenOptions options)
            throws TransportException {
        String operation = "listen on " + address;
        requireFits(operation, address);
        UnixSocket socket = null;
        try {
            socket = UnixSocket.open();
            settingsOf(options).applyToUnix(socket);
            return new ListeningSocket(socket, address, SocketFile.listen(socket, address, options), false);
        } catch (IOException | ChannelException e) {
            closeQuietly(socket);
            throw e instanceof TransportException told ? told : Errno.failure(operation, e, ListeningSocket::advice);
        }
    }

    private static ListeningSocket adopt(InheritedSocket inherited, ListenOptions options) throws TransportException {
        Socket socket = AdoptedSocket.of(inherited);
        try {
            if (socket instanceof UnixSocket unix) {
                settingsOf(options).applyToUnix(unix);
            } else {
                settingsOf(options).applyToTcp(socket);
            }
            return new ListeningSocket(socket, UnixSocket.localAddressOf(socket), null, true);
        } catch (IOException e) {
            closeQuietly(socket);
            throw Errno.failure("listen on " + inherited, e);
        }
    }

    private static StreamSettings settingsOf(ListenOptions options) {
        return new StreamSettings(
                options.noDelay(),
                options.keepAlive(),
                options.userTimeout(),
                options.sendBufferBytes(),
                options.receiveBufferBytes());
    }

    private static String advice(int errno) {
        return switch (errno) {
            case Errno.EADDRINUSE -> "Something else listens there: choose another port, or stop the other server.";
            case Errno.EACCES ->
                "A port below 1024 needs root or CAP_NET_BIND_SERVICE: choose a higher port, or grant it.";
            case Errno.EADDRNOTAVAIL -> "No network interface of this host has that address: choose one that does.";
            default -> "";
        };
    }

    /** Refuses a path for which the kernel has no room. */
    static void requireFits(String operation, UnixDomainSocketAddress address) throws TransportException {
        if (!UnixSocket.fits(address)) {
            throw new TransportException(
                    operation, "ENAMETOOLONG", "The path of a socket has at most 107 bytes: choose a shorter one.");
        }
    }

    /** What is accepted here, as a descriptor of the same family. */
    Socket accepted(int number) {
        return descriptor instanceof UnixSocket ? new UnixSocket(number) : new Socket(number);
    }

    /** Lets nobody find the way here any more. Who is in the queue stays there. */
    void removeFile() {
        if (file != null) {
            file.remove();
        }
    }

    /**
     * Refuses whoever comes from now on; who is in the queue stays there. Without the file only those can come who have found
     * the way before it went. There is no such thing for a port: a TCP socket that is shut down drops its queue.
     */
    void refuseMore() {
        if (file != null) {
            try {
                descriptor.shutdown(true, false);
            } catch (IOException e) {
                LOG.warn("Who connects to {} at this moment may be cut off.", address, e);
            }
        }
    }

    static String display(SocketAddress address) {
        return address instanceof InetSocketAddress internet
                ? internet.getHostString() + ":" + internet.getPort()
                : address.toString();
    }

    /** Closes the descriptor, if there is one. */
    static void closeQuietly(Socket socket) {
        if (socket == null) {
            return;
        }
        try {
            socket.close();
        } catch (IOException ignored) {
            // The descriptor is released even when close(2) reports an error.
        }
    }
}
