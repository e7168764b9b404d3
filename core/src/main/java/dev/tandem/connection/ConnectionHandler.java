package dev.tandem.connection;

import io.netty.buffer.ByteBuf;

/**
 * What an application does with the bytes of a connection. All methods are called on the thread of the connection's loop,
 * one at a time, and must not block: every other connection of the loop waits for them. An exception closes this connection
 * with {@link CloseReason#HANDLER_FAILED} and no other.
 */
@FunctionalInterface
public interface ConnectionHandler {

    /**
     * Bytes have arrived. What is left unread in {@code in} is offered again, with more behind it, when more arrives; so a
     * handler reads the messages that are complete and leaves the rest.
     *
     * @param in a loan for the length of this call: do not retain or release it, copy what you want to keep
     */
    void onBytes(Connection connection, ByteBuf in) throws Exception;

    /** The connection is open. Comes before everything else. */
    default void onOpened(Connection connection) throws Exception {}

    /**
     * The peer has finished sending and still reads (half-close). Closes by default, after everything written was
     * delivered.
     */
    default void onPeerFinished(Connection connection) throws Exception {
        connection.close();
    }

    /**
     * The kernel has taken everything that was written. For a handler that hands on what others write and has to tell them;
     * whoever only wants to write no more than the peer reads has {@link #onWritable}.
     */
    default void onAllSent(Connection connection) throws Exception {}

    /**
     * What was waiting to be sent has fallen below half of the mark above which {@link Connection#isWritable} is false.
     */
    default void onWritable(Connection connection) throws Exception {}

    /**
     * The server is going to end. Closes by default, after everything written was delivered. A handler that overrides this
     * may say goodbye or wait for answers it still owes, and then closes; what is not closed at the deadline is aborted.
     */
    default void onDrain(Connection connection) throws Exception {
        connection.close(CloseReason.DRAINED);
    }

    /** The connection has ended. Comes exactly once, last, and only after {@link #onOpened}. */
    default void onClosed(Connection connection, CloseReason why) throws Exception {}
}
