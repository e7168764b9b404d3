package dev.tandem.connection;

import io.netty.buffer.ByteBuf;

/**
 * The received bytes that a connection of a loop is offered at the moment. Any connection of that loop may send them on as they
 * are, but only one.
 */
final class Lending {

    /** Null if none are offered, or if what is offered is a copy. */
    private ByteBuf loan;

    private Writing taker;

    /** A connection is offered this loan. */
    void begin(ByteBuf received) {
        loan = received;
        taker = null;
    }

    /** Whether these bytes are the loan, and nobody has taken it. */
    boolean isFree(ByteBuf bytes) {
        return bytes == loan && taker == null;
    }

    /** Whoever this is sends the loan when the callback has returned. */
    void take(Writing by) {
        taker = by;
    }

    /** The callback has returned. */
    void end() {
        Writing by = taker;
        loan = null;
        taker = null;
        if (by != null) {
            by.sendForwarded();
        }
    }
}
