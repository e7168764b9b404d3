package dev.tandem.transport.linux;

/**
 * How long a listener waits after a failed accept. A failure of one connection costs no wait; a shortage of descriptors or
 * memory, and whatever else the next try would meet again, costs 10 ms at first and then twice as long each time, up to a
 * second, so that the loop never spins.
 */
final class AcceptBackoff {

    private static final long FIRST_MILLIS = 10;
    private static final long LAST_MILLIS = 1_000;

    private long nextMillis = FIRST_MILLIS;

    /** The wait before the next try after {@code errno}; 0 if there is none. */
    long afterFailure(int errno) {
        if (isOfOneConnection(errno)) {
            return 0;
        }
        long wait = nextMillis;
        nextMillis = Math.min(2 * nextMillis, LAST_MILLIS);
        return wait;
    }

    /** Accepting works again. */
    void reset() {
        nextMillis = FIRST_MILLIS;
    }

    /** What accept(2) tells of a connection that is gone or not allowed; the next one may be another matter. */
    private static boolean isOfOneConnection(int errno) {
        return switch (errno) {
            case Errno.ECONNABORTED,
                    Errno.EPERM,
                    Errno.EPROTO,
                    Errno.ENOPROTOOPT,
                    Errno.EOPNOTSUPP,
                    Errno.ENETDOWN,
                    Errno.ENETUNREACH,
                    Errno.EHOSTDOWN,
                    Errno.EHOSTUNREACH,
                    Errno.ENONET,
                    Errno.ETIMEDOUT,
                    Errno.EINTR,
                    Errno.EAGAIN -> true;
            default -> false;
        };
    }
}
