package dev.tandem.connection;

/**
 * The life of a connection.
 *
 * <pre>
 *   OPEN --close()--&gt; FLUSHING --all sent--&gt; LINGERING --peer finished, or too long--&gt; CLOSING --onClosed--&gt; CLOSED
 *     \                  \______________________\_________abort, failure, deadline________^
 *      \_______________________________________________________________________________/
 * </pre>
 */
enum ConnectionState {
    /** Bytes go both ways, or one way after a half-close. */
    OPEN,
    /** Closed by the application: what was written before is still delivered, what arrives is dropped. */
    FLUSHING,
    /** Everything was sent, and our end of the stream too; what arrives until the peer's end is dropped. */
    LINGERING,
    /** The socket is closing; the transport may still have memory of ours. */
    CLOSING,
    /** Nothing is left. */
    CLOSED;

    /** The state after a legal move to {@code next}. */
    ConnectionState moveTo(ConnectionState next) {
        if (next.ordinal() <= ordinal()) {
            throw new IllegalStateException("A connection cannot go from " + this + " to " + next + ".");
        }
        return next;
    }
}
