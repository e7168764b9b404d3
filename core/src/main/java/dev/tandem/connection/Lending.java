package dev.tandem.connection;

import io.netty.buffer.ByteBuf;

/**
 * The received bytes that a connection of a loop is offered at the moment. Any connection of that loop may send them on as they
 * are, but only one.
 */
final class Lending {

    /** Null if none are offered, or if what is offered is a copy. */
    private ByteBuf loan;

    private Connection taker;

    /** A connection is offered this loan. */
    void begin(ByteBuf received) {
        loan = received;
        taker = null;
    }

    /** Whether these bytes are the loan, and nobody has taken it. */
    boolean isFree(ByteBuf bytes) {
        return bytes == loan && taker == null;
    }

    /** This connection sends the loan when the callback has returned. */
    void take(Connection by) {
        taker = by;
    }

    /**
     * The callback has returned.
     *
     * @return who has taken the loan; null if nobody has
     */
    Connection end() {
        Connection by = taker;
        loan = null;
        taker = null;
        return by;
    }
}
