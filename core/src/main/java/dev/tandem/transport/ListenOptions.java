package dev.tandem.transport;

import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;

/**
 * How a listening socket and the sockets accepted from it are set up. Accepted sockets inherit these from the listener,
 * so setting them costs nothing per connection.
 *
 * @param backlog how many connections may wait to be accepted, at least 1; the kernel caps it at {@code
 *     net.core.somaxconn} (see listen(2))
 * @param reusePort whether other sockets may listen on the same port at the same time (SO_REUSEPORT, socket(7)). Off by
 *     default, because it lets a second server take part of the connections unnoticed
 * @param noDelay whether small writes are sent at once (TCP_NODELAY, tcp(7))
 * @param keepAlive whether the kernel probes silent peers (SO_KEEPALIVE, socket(7))
 * @param userTimeout how long sent data may stay unacknowledged before the kernel gives the connection up
 *     (TCP_USER_TIMEOUT, tcp(7)); zero leaves it to the system's default
 * @param sendBufferBytes SO_SNDBUF; 0 leaves the size to the kernel, which adjusts it by itself
 * @param receiveBufferBytes SO_RCVBUF; 0 leaves the size to the kernel, which adjusts it by itself
 * @param socketFileMode who may connect to a Unix domain socket: whom the mode of its file lets write (unix(7))
 */
public record ListenOptions(
        int backlog,
        boolean reusePort,
        boolean noDelay,
        boolean keepAlive,
        Duration userTimeout,
        int sendBufferBytes,
        int receiveBufferBytes,
        Set<PosixFilePermission> socketFileMode) {

    /**
     * Backlog 4096, no shared port, TCP_NODELAY, keep-alive probes, 30 s user timeout, buffers left to the kernel, socket
     * files for their owner only.
     */
    public static final ListenOptions DEFAULT = new ListenOptions(
            4096, false, true, true, Duration.ofSeconds(30), 0, 0, PosixFilePermissions.fromString("rw-------"));

    /** Checks the ranges. */
    public ListenOptions {
        if (backlog < 1) {
            throw new IllegalArgumentException("backlog must be at least 1, but was " + backlog + ".");
        }
        if (userTimeout.isNegative() || userTimeout.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "userTimeout must be from 0 to " + Integer.MAX_VALUE + " ms, but was " + userTimeout + ".");
        }
        if (sendBufferBytes < 0 || receiveBufferBytes < 0) {
            throw new IllegalArgumentException("sendBufferBytes and receiveBufferBytes must be at least 0, but were "
                    + sendBufferBytes + " and " + receiveBufferBytes + ".");
        }
        socketFileMode = Set.copyOf(socketFileMode);
    }

    /** These options with another backlog. */
    public ListenOptions withBacklog(int value) {
        return new ListenOptions(
                value, reusePort, noDelay, keepAlive, userTimeout, sendBufferBytes, receiveBufferBytes, socketFileMode);
    }

    /** These options with SO_REUSEPORT on or off. */
    public ListenOptions withReusePort(boolean value) {
        return new ListenOptions(
                backlog, value, noDelay, keepAlive, userTimeout, sendBufferBytes, receiveBufferBytes, socketFileMode);
    }

    /** These options with fixed kernel buffers; 0 leaves a size to the kernel. */
    public ListenOptions withBuffers(int sendBytes, int receiveBytes) {
        return new ListenOptions(
                backlog, reusePort, noDelay, keepAlive, userTimeout, sendBytes, receiveBytes, socketFileMode);
    }

    /**
     * These options with another mode for the files of Unix domain sockets.
     *
     * @param mode nine characters such as {@code rw-rw----}, see {@link PosixFilePermissions#fromString}
     */
    public ListenOptions withSocketFileMode(String mode) {
        return new ListenOptions(
                backlog,
                reusePort,
                noDelay,
                keepAlive,
                userTimeout,
                sendBufferBytes,
                receiveBufferBytes,
                PosixFilePermissions.fromString(mode));
    }
}
