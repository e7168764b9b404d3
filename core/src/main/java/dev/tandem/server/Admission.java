package dev.tandem.server;

import dev.tandem.connection.Connection;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TransportException;
import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The limits per remote address and per second, and the log of connections that did not come in. */
final class Admission {

    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final int perAddressMax;
    private final int perSecondMax;
    private final ConcurrentMap<InetAddress, Integer> perAddress = new ConcurrentHashMap<>();
    private final ConcurrentMap<Connection, InetAddress> addresses = new ConcurrentHashMap<>();
    private final AtomicLong secondBegan = new AtomicLong(System.nanoTime());
    private final AtomicInteger thisSecond = new AtomicInteger();
    private final AtomicLong loggedAt = new AtomicLong(System.nanoTime() - SECOND_NANOS);

    Admission(ServerLimits limits) {
        this.perAddressMax = limits.perAddress();
        this.perSecondMax = limits.acceptsPerSecond();
    }

    /** Whether this connection may come in. */
    boolean admits(StreamSocket socket) {
        return true;
    }

    void onLeft(Connection connection) {}

    void onAcceptFailed(TransportException why, long retryMillis) {
        long now = System.nanoTime();
        long last = loggedAt.get();
        if (now - last >= SECOND_NANOS && loggedAt.compareAndSet(last, now)) {
            LOG.warn(
                    "{} {}",
                    why.getMessage(),
                    retryMillis == 0 ? "Going on." : "Trying again in " + retryMillis + " ms.");
        }
    }
}
