package dev.tandem.transport.linux;

import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.TransportException;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Makes descriptors that listen. The native library of an engine must be loaded before. */
final class ListeningSocket {

    private static final int IPPROTO_TCP = 6;
    private static final int TCP_USER_TIMEOUT = 18;

    private ListeningSocket() {}

    /** A non-blocking, close-on-exec socket bound to {@code address} and listening. */
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
            throw Errno.failure(operation, e);
        }
    }

    private static void configure(Socket socket, ListenOptions options) throws IOException {
        // A restarted server can bind although connections of its predecessor still linger in TIME_WAIT.
        socket.setReuseAddress(true);
        socket.setReusePort(options.reusePort());
        // What follows is inherited by accepted sockets (tcp(7), socket(7)).
        socket.setTcpNoDelay(options.noDelay());
        socket.setKeepAlive(options.keepAlive());
        int userTimeoutMillis = (int) options.userTimeout().toMillis();
        if (userTimeoutMillis > 0) {
            socket.setIntOpt(IPPROTO_TCP, TCP_USER_TIMEOUT, userTimeoutMillis);
        }
        if (options.sendBufferBytes() > 0) {
            socket.setSendBufferSize(options.sendBufferBytes());
        }
        if (options.receiveBufferBytes() > 0) {
            socket.setReceiveBufferSize(options.receiveBufferBytes());
        }
    }

    private static String display(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException ignored) {
            // The descriptor is released even when close(2) reports an error.
        }
    }
}
