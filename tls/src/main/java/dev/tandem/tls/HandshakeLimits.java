package dev.tandem.tls;

import java.time.Duration;

/**
 * What bounds the handshakes of a server or a client.
 *
 * @param timeout how long one may take
 * @param max how many may be under way at a time
 */
record HandshakeLimits(Duration timeout, int max) {

    static final HandshakeLimits DEFAULT = new HandshakeLimits(Duration.ofSeconds(10), 1024);

    HandshakeLimits {
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("handshakeTimeout must be longer than zero, but was " + timeout + ".");
        }
        if (max < 1) {
            throw new IllegalArgumentException("handshakesMax must be at least 1, but was " + max + ".");
        }
    }

    HandshakeLimits withTimeout(Duration value) {
        return new HandshakeLimits(value, max);
    }

    HandshakeLimits withMax(int value) {
        return new HandshakeLimits(timeout, value);
    }
}
