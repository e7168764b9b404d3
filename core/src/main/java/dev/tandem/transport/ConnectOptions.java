package dev.tandem.transport;

import java.time.Duration;

/**
 * How a connection is made and how its socket is set up.
 *
 * @param timeout how long the peer may take to answer, at least 1 ms; the attempt then fails with {@code ETIMEDOUT}
 * @param noDelay whether small writes are sent at once (TCP_NODELAY, tcp(7))
 * @param keepAlive whether the kernel probes a silent peer (SO_KEEPALIVE, socket(7))
 * @param userTimeout how long sent data may stay unacknowledged before the kernel gives the connection up
 *     (TCP_USER_TIMEOUT, tcp(7)); zero leaves it to the system's default
 * @param sendBufferBytes SO_SNDBUF; 0 leaves the size to the kernel, which adjusts it by itself
 * @param receiveBufferBytes SO_RCVBUF; 0 leaves the size to the kernel, which adjusts it by itself
 */
public record ConnectOptions(
        Duration timeout,
        boolean noDelay,
        boolean keepAlive,
        Duration userTimeout,
        int sendBufferBytes,
        int receiveBufferBytes) {

    /** 10 s to answer, TCP_NODELAY, keep-alive probes, 30 s user timeout, buffers left to the kernel. */
    public static final ConnectOptions DEFAULT =
            new ConnectOptions(Duration.ofSeconds(10), true, true, Duration.ofSeconds(30), 0, 0);

    /** Checks the ranges. */
    public ConnectOptions {
        if (timeout.toMillis() < 1 || timeout.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "timeout must be from 1 to " + Integer.MAX_VALUE + " ms, but was " + timeout + ".");
        }
        if (userTimeout.isNegative() || userTimeout.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "userTimeout must be from 0 to " + Integer.MAX_VALUE + " ms, but was " + userTimeout + ".");
        }
        if (sendBufferBytes < 0 || receiveBufferBytes < 0) {
            throw new IllegalArgumentException("sendBufferBytes and receiveBufferBytes must be at least 0, but were "
                    + sendBufferBytes + " and " + receiveBufferBytes + ".");
        }
    }

    /** These options with another time for the peer to answer. */
    public ConnectOptions withTimeout(Duration value) {
        return new ConnectOptions(value, noDelay, keepAlive, userTimeout, sendBufferBytes, receiveBufferBytes);
    }

    /** These options with fixed kernel buffers; 0 leaves a size to the kernel. */
    public ConnectOptions withBuffers(int sendBytes, int receiveBytes) {
        return new ConnectOptions(timeout, noDelay, keepAlive, userTimeout, sendBytes, receiveBytes);
    }
}
