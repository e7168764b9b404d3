package dev.tandem.connection;

/** Why nothing is read from the peer of a connection at present: any of some reasons. */
final class Pauses {

    /** Much waits to be sent. */
    static final int BY_OUTBOUND = 1;

    /** The handler asked for it. */
    static final int BY_HANDLER = 1 << 1;

    /** The server holds much, and this connection more than its share of it. */
    static final int BY_BUDGET = 1 << 2;

    private int reasons;

    /** Those that count. */
    private int heeded = ~0;

    /** Adds a reason. Returns whether receiving has to stop now. */
    boolean add(int reason) {
        boolean before = stopReceiving();
        reasons |= reason;
        return !before && stopReceiving();
    }

    /** Takes a reason away. Returns whether it was one. */
    boolean remove(int reason) {
        boolean was = has(reason);
        reasons &= ~reason;
        return was;
    }

    boolean has(int reason) {
        return (reasons & reason) != 0;
    }

    boolean areAny() {
        return reasons != 0;
    }

    /** From now on reading goes on whatever waits to be sent; the reason is still noted. */
    void ignoreOutbound() {
        heeded = ~BY_OUTBOUND;
    }

    boolean ignoresOutbound() {
        return (heeded & BY_OUTBOUND) == 0;
    }

    /** Whether the socket is not to receive. */
    boolean stopReceiving() {
        return (reasons & heeded) != 0;
    }

    /**
     * Whether the handler gets nothing at present. A pause for the budget does not hold back what has arrived: the memory that
     * it needs is given back when it is read.
     */
    boolean holdBack() {
        return (reasons & heeded & ~BY_BUDGET) != 0;
    }
}
