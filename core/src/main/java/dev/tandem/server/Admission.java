package dev.tandem.server;

import dev.tandem.connection.CloseReason;
import dev.tandem.layer.Relay;
import dev.tandem.log.LogLimit;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TransportException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is refused: the limits per remote address and per second, and the count and the log of those who did not come in. For
 * any thread.
 */
final class Admission {

    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final int perAddressMax;
    private final int perSecondMax;
    private final ConcurrentMap<InetAddress, Integer> perAddress = new ConcurrentHashMap<>();
    private final AtomicLongArray refused = new AtomicLongArray(CloseReason.values().length);
    private final LogLimit refusals = new LogLimit();
    private final LogLimit failures = new LogLimit();

    private long secondBegan = System.nanoTime();
    private int thisSecond;

    Admission(ServerLimits limits) {
        this.perAddressMax = limits.perAddress();
        this.perSecondMax = limits.acceptsPerSecond();
    }

    /** Whether another client may come in at this moment; if not, it is counted as refused. */
    boolean admitsNow() {
        boolean admits = isWithinRate();
        if (!admits) {
            refuse(CloseReason.LIMIT, "there were " + perSecondMax + " in this second already");
        }
        return admits;
    }

    /**
     * Lets a client in, unless there are too many from its address.
     *
     * @param opened makes a connection of it, or refuses it and returns null
     * @return who is told what happens to the socket; null if it was refused
     */
    SocketEvents admit(StreamSocket socket, Supplier<SocketEvents> opened) {
        if (perAddressMax == ServerLimits.UNLIMITED) {
            // The address is not even asked for: that would be a system call for every connection.
            return opened.get();
        }
        InetAddress address = socket.remoteAddress() instanceof InetSocketAddress known ? known.getAddress() : null;
        if (address == null) {
            // Gone already, which whoever opens it hears at once.
            return opened.get();
        }
        if (perAddress.merge(address, 1, Integer::sum) > perAddressMax) {
            leave(address);
            refuse(CloseReason.LIMIT, "there are " + perAddressMax + " from " + address.getHostAddress() + " already");
            return null;
        }
        SocketEvents events = opened.get();
        if (events == null) {
            leave(address);
            return null;
        }
        return new FromAddress(events, address);
    }

    private boolean isWithinRate() {
        if (perSecondMax == ServerLimits.UNLIMITED) {
            return true;
        }
        synchronized (this) {
            long now = System.nanoTime();
            if (now - secondBegan >= SECOND_NANOS) {
                secondBegan = now;
                thisSecond = 0;
            }
            return ++thisSecond <= perSecondMax;
        }
    }

    private void leave(InetAddress address) {
        perAddress.computeIfPresent(address, (same, count) -> count == 1 ? null : count - 1);
    }

    /** Counts a client that does not come in. */
    void count(CloseReason why) {
        refused.incrementAndGet(why.ordinal());
    }

    /** Counts a client that does not come in, and logs it. */
    void refuse(CloseReason why, String because) {
        refuse(why, because, (Throwable) null);
    }

    /** Counts the client at the other end of {@code socket}, which does not come in, and logs it. */
    void refuse(CloseReason why, String because, StreamSocket socket) {
        count(why);
        refusals.pass(others -> LOG.warn(
                "A connection from {} is refused with {}: {}.{}", socket.remoteAddress(), why, because, others));
    }

    /** Counts a client that does not come in because something was thrown, and logs it. */
    void refuse(CloseReason why, String because, Throwable thrown) {
        count(why);
        refusals.pass(others -> LOG.warn("A connection is refused with {}: {}.{}", why, because, others, thrown));
    }

    /** How many clients were refused for this reason. */
    long refused(CloseReason why) {
        return refused.get(why.ordinal());
    }

    void onAcceptFailed(TransportException why, long retryMillis) {
        failures.pass(others -> LOG.warn(
                "{} {}{}",
                why.getMessage(),
                retryMillis == 0 ? "Going on." : "Trying again in " + retryMillis + " ms.",
                others));
    }

    /** Gives back the place of the address at the end. */
    private final class FromAddress extends Relay {

        private final InetAddress address;

        FromAddress(SocketEvents target, InetAddress address) {
            super(target);
            this.address = address;
        }

        @Override
        public void onClosed() {
            leave(address);
            super.onClosed();
        }
    }
}
