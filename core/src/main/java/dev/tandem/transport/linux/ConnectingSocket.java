package dev.tandem.transport.linux;

import dev.tandem.transport.ConnectOptions;
import dev.tandem.transport.TransportException;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** Makes descriptors that connect. */
final class ConnectingSocket {

    private ConnectingSocket() {}

    /** Refuses what nobody can connect to. */
    static SocketAddress requireAddress(SocketAddress address) {
        boolean isInternet = address instanceof InetSocketAddress internet && !internet.isUnresolved();
        boolean isUnix = address instanceof UnixDomainSocketAddress unix
                && !unix.getPath().toString().isEmpty();
        if (!isInternet && !isUnix) {
            throw new IllegalArgumentException("The address must be a resolved InetSocketAddress or a"
                    + " UnixDomainSocketAddress with a path, but was '" + address + "'.");
        }
        return address;
    }

    /** A non-blocking socket that is not connected yet. */
    static Socket open(SocketAddress address, ConnectOptions options) throws TransportException {
        StreamSettings settings = new StreamSettings(
                options.noDelay(),
                options.keepAlive(),
                options.userTimeout(),
                options.sendBufferBytes(),
                options.receiveBufferBytes());
        Socket socket = null;
        try {
            if (address instanceof UnixDomainSocketAddress) {
                UnixSocket unix = UnixSocket.open();
                socket = unix;
                settings.applyToUnix(unix);
            } else {
                socket = Socket.newSocketStream();
                settings.applyToTcp(socket);
            }
            return socket;
        } catch (IOException | ChannelException e) {
            ListeningSocket.closeQuietly(socket);
            throw failure(address, e);
        }
    }

    /** Begins to connect. Returns whether the connection is made already. */
    static boolean connect(Socket socket, SocketAddress address) throws TransportException {
        try {
            if (address instanceof UnixDomainSocketAddress unix) {
                ListeningSocket.requireFits(operation(unix), unix);
                return socket.connect(UnixSocket.nativeAddress(unix));
            }
            return socket.connect(address);
        } catch (TransportException e) {
            throw e;
        } catch (IOException e) {
            throw failure(address, e);
        }
    }

    private static TransportException failure(SocketAddress address, Exception nativeCall) {
        return Errno.failure(operation(address), nativeCall, ConnectingSocket::advice);
    }

    /** Connecting failed with a positive error number. */
    static TransportException failure(SocketAddress address, int errno) {
        return Errno.failure(operation(address), errno, advice(errno));
    }

    private static String operation(SocketAddress address) {
        return "connect to " + ListeningSocket.display(address);
    }

    private static String advice(int errno) {
        return switch (errno) {
            case Errno.ENOENT -> "There is no socket of that name: start the server, or correct the path.";
            case Errno.EACCES -> "The mode of the socket, or of a directory above it, does not let this user in.";
            case Errno.EAGAIN -> "The queue of the server is full: it accepts too slowly, or is not meant to.";
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
