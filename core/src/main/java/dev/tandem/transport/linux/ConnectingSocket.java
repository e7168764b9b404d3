package dev.tandem.transport.linux;

import dev.tandem.transport.ConnectOptions;
import dev.tandem.transport.TransportException;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Makes descriptors that connect. */
final class ConnectingSocket {

    private ConnectingSocket() {}

    /** Refuses what nobody can connect to. */
    static InetSocketAddress requireAddress(SocketAddress address) {
        if (!(address instanceof InetSocketAddress internet) || internet.isUnresolved()) {
            throw new IllegalArgumentException(
                    "The address must be a resolved InetSocketAddress, but was " + address + ".");
        }
        return internet;
    }

    /** A non-blocking socket that is not connected yet. */
    static Socket open(InetSocketAddress address, ConnectOptions options) throws TransportException {
        Socket socket = null;
        try {
            socket = Socket.newSocketStream();
            new StreamSettings(
                            options.noDelay(),
                            options.keepAlive(),
                            options.userTimeout(),
                            options.sendBufferBytes(),
                            options.receiveBufferBytes())
                    .applyTo(socket);
            return socket;
        } catch (IOException | ChannelException e) {
            ListeningSocket.closeQuietly(socket);
            throw failure(address, e);
        }
    }

    /** Begins to connect. Returns whether the connection is made already. */
    static boolean connect(Socket socket, InetSocketAddress address) throws TransportException {
        try {
            return socket.connect(address);
        } catch (IOException e) {
            throw failure(address, e);
        }
    }

    private static TransportException failure(InetSocketAddress address, Exception nativeCall) {
        return failure(address, Errno.ofConnect(nativeCall));
    }

    /** Connecting failed with a positive error number. */
    static TransportException failure(InetSocketAddress address, int errno) {
        return Errno.failure("connect to " + ListeningSocket.display(address), errno, advice(errno));
    }

    private static String advice(int errno) {
        return switch (errno) {
            case Errno.ECONNREFUSED -> "Nothing listens there: start the server, or correct the address.";
            case Errno.ETIMEDOUT ->
                "Nobody answered in time: the host is down or too busy, or a firewall is in between.";
            case Errno.ENETUNREACH -> "There is no route to that address from this host.";
            case Errno.EADDRNOTAVAIL ->
                "All local ports for that destination are in use: keep connections and use them again.";
            default -> "";
        };
    }
}
