package dev.tandem.transport.linux;

import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.TransportException;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Makes descriptors that listen. The native library of an engine must be loaded before. */
final class ListeningSocket {

    private ListeningSocket() {}

    /** A non-blocking socket bound to {@code address} and listening. */
    static Socket open(SocketAddress address, ListenOptions options) throws TransportException {
        if (!(address instanceof InetSocketAddress internet)) {
            throw new IllegalArgumentException("The address must be an InetSocketAddress, but was " + address + ".");
        }
        String operation = "listen on " + display(internet);
        if (internet.isUnresolved()) {
            throw new TransportException(
                    operation, "unknown host", "The name does not resolve: use an address, or correct the name.");
        }
        Socket socket = Socket.newSocketStream();
        try {
            configure(socket, options);
            socket.bind(internet);
            socket.listen(options.backlog());
            return socket;
        } catch (IOException e) {
            closeQuietly(socket);
            int errno = Errno.of(e);
            throw Errno.failure(operation, errno, advice(errno));
        }
    }

    private static void configure(Socket socket, ListenOptions options) throws IOException {
        // A restarted server can bind although connections of its predecessor still linger in TIME_WAIT.
        socket.setReuseAddress(true);
        socket.setReusePort(options.reusePort());
        // Accepted sockets inherit these (tcp(7), socket(7)).
        new StreamSettings(
                        options.noDelay(),
                        options.keepAlive(),
                        options.userTimeout(),
                        options.sendBufferBytes(),
                        options.receiveBufferBytes())
                .applyTo(socket);
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

    static String display(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
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
