package dev.tandem.transport.linux;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.time.Duration;

/** The socket options of a stream, whichever end asked for the connection. */
record StreamSettings(
        boolean noDelay, boolean keepAlive, Duration userTimeout, int sendBufferBytes, int receiveBufferBytes) {

    private static final int IPPROTO_TCP = 6;
    private static final int TCP_USER_TIMEOUT = 18;

    void applyToTcp(Socket socket) throws IOException {
        socket.setTcpNoDelay(noDelay);
        socket.setKeepAlive(keepAlive);
        int userTimeoutMillis = (int) userTimeout.toMillis();
        if (userTimeoutMillis > 0) {
            socket.setIntOpt(IPPROTO_TCP, TCP_USER_TIMEOUT, userTimeoutMillis);
        }
        applyBuffers(socket);
    }

    /** Sets what a Unix domain socket knows of these. */
    void applyToUnix(UnixSocket socket) throws IOException {
        applyBuffers(socket);
    }

    private void applyBuffers(Socket socket) throws IOException {
        if (sendBufferBytes > 0) {
            socket.setSendBufferSize(sendBufferBytes);
        }
        if (receiveBufferBytes > 0) {
            socket.setReceiveBufferSize(receiveBufferBytes);
        }
    }
}
