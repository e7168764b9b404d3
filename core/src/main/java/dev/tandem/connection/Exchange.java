package dev.tandem.connection;

import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection at work: what its socket tells goes to its handler, and what is written goes to the socket. On the thread of
 * the loop. {@link Connection} is the handle to it that the handler has.
 *
 * <pre>
 *   socket --onReceived--&gt; Inbound.join --onBytes--&gt; handler --write--&gt; Writing --send--&gt; socket
 *                             ^  \__ what is left unread
 *   Pauses stop the socket's receiving, Deadlines and the home's account end what goes on for too long or takes too much.
 * </pre>
 */
final class Exchange implements SocketEvents {

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final LoopConnections home;
    private final StreamSocket socket;
    private final ConnectionHandler handler;
    private final Connection connection;
    private final Inbound inbound;
    private final Writing writing;
    private final Deadlines deadlines;
    private final Pauses pauses = new Pauses();

    private ConnectionState state = ConnectionState.OPEN;
    private CloseReason why;
    private boolean resuming;
    private boolean dispatching;
    private boolean peerFinished;

    /** How much the home's account holds for this connection. */
    private long accountedBytes;

    /** Where the home keeps this connection; -1 when it does not. */
    int slot = -1;

    /** Whether the home will call {@link #onTurn} at the end of this turn. */
    boolean turnQueued;

    private Exchange(LoopConnections home, StreamSocket socket, ConnectionHandler handler) {
        this.home = home;
        this.socket = socket;
        this.handler = handler;
        this.inbound = new Inbound(home.allocator());
        this.deadlines = new Deadlines(home);
        this.writing = new Writing(this, home, socket, deadlines);
        this.connection = new Connection(this, home, socket);
    }

    /** Begins: tells the handler that it is open, and receives. */
    static SocketEvents open(
            LoopConnections home, StreamSocket socket, ConnectionHandler handler, Consumer<Connection> onOpened) {
        Exchange exchange = new Exchange(home, socket, handler);
        home.add(exchange);
        try {
            try {
                exchange.dispatch(ConnectionHandler::onOpened);
            } finally {
                // Whoever waits for the connection must not wait for ever if sending what onOpened wrote fails.
                onOpened.accept(exchange.connection);
            }
            if (home.isDraining()) {
                exchange.drain();
            }
            exchange.resumeSocket();
        } catch (Throwable thrown) {
            home.onFailed(exchange, thrown);
        }
        return exchange;
    }

    // ---- What it is ----

    Connection connection() {
        return connection;
    }

    Writing writing() {
        return writing;
    }

    boolean isOpen() {
        return state == ConnectionState.OPEN;
    }

    /** Whether aborting it would make a difference: the transport is not closing it already. */
    boolean mayBeAborted() {
        return state.ordinal() < ConnectionState.CLOSING.ordinal();
    }

    /** Whether a callback of the handler is under way, at whose end this settles. */
    boolean isDispatching() {
        return dispatching;
    }

    boolean isReading() {
        boolean mayAnswer = !writing.isAboveMark() || pauses.ignoresOutbound();
        return mayAnswer && isOpen() && !pauses.holdBack();
    }

    CloseReason closeReason() {
        return why;
    }

    // ---- Receiving ----

    @Override
    public void onReceived(ByteBuf received) {
        home.countReceived(received.readableBytes());
        deadlines.onReceived(inbound.bytes() == 0);
        if (isOpen()) {
            ByteBuf bytes = inbound.join(received);
            if (bytes == received) {
                home.lending().begin(received);
            }
            offer(bytes);
        }
    }

    private void offer(ByteBuf bytes) {
        int before = bytes.readableBytes();
        dispatching = true;
        try {
            handler.onBytes(connection, bytes);
        } catch (Throwable thrown) {
            onHandlerThrew(thrown);
        } finally {
            dispatching = false;
        }
        if (isOpen()) {
            if (bytes.readableBytes() < before) {
                deadlines.onRead();
            }
            inbound.keepUnread(bytes);
            // What is unread because of a pause is not too much: nothing more is received until it was offered again.
            if (isReading() && inbound.bytes() > home.limits().inboundMaxBytes()) {
                close(CloseReason.FRAME_TOO_LARGE);
            }
        }
        home.lending().end();
        settle();
    }

    @Override
    public void onReceiveEnd() {
        endInput(() -> dispatch(ConnectionHandler::onPeerFinished));
    }

    @Override
    public void onReceiveCut() {
        endInput(() -> close(CloseReason.TRUNCATED));
    }

    private void endInput(Runnable ifOpen) {
        peerFinished = true;
        if (isOpen()) {
            ifOpen.run();
        } else if (state == ConnectionState.LINGERING) {
            closeSocket();
        }
    }

    // ---- Pausing ----

    boolean isPaused(int reason) {
        return pauses.has(reason);
    }

    void pause(int reason) {
        if (pauses.add(reason) && isOpen()) {
            socket.pauseReceiving();
        }
    }

    void resume(int reason) {
        if (pauses.remove(reason)) {
            resumeLater();
        }
    }

    void readIndependently() {
        pauses.ignoreOutbound();
        if (pauses.has(Pauses.BY_OUTBOUND)) {
            resumeLater();
        }
    }

    /** Not at once: this may be a callback of the handler, and what was left unread must be offered first. */
    private void resumeLater() {
        resuming = true;
        settleLater();
    }

    private void resumeSocket() {
        if (!pauses.stopReceiving() || !isOpen()) {
            socket.resumeReceiving();
        }
    }

    /**
     * Is read or not, as the budget wants it. What the transport keeps of what it received in a pause does not count: reading
     * is what makes it less, and if it kept the pause up, that would last for ever, and with it the strain on all others.
     */
    void followBudget() {
        if (home.account().mayBeRead(writing.heldBytes() + inbound.heldBytes())) {
            resume(Pauses.BY_BUDGET);
        } else {
            pause(Pauses.BY_BUDGET);
        }
    }

    // ---- Sending ----

    @Override
    public void onSent(int bytes) {
        home.countSent(bytes);
        writing.onSent(bytes);
        if (writing.isAllSent()) {
            dispatch(ConnectionHandler::onAllSent);
        } else {
            settle();
        }
    }

    /** After every callback and at the end of a turn: sends, and goes on with what waited for that. */
    private void settle() {
        if (state.ordinal() < ConnectionState.LINGERING.ordinal()) {
            writing.flush();
        }
        if (mayBeAborted() && writing.isAllSent()) {
            endOutput();
        }
        if (!isOpen()) {
            inbound.release();
        }
        if (writing.isAboveMark()) {
            pause(Pauses.BY_OUTBOUND);
        } else if (pauses.has(Pauses.BY_OUTBOUND) && writing.isWellBelowMark()) {
            resume(Pauses.BY_OUTBOUND);
            if (isOpen()) {
                dispatch(ConnectionHandler::onWritable);
            }
        }
        account();
    }

    /** Settles at the end of this turn of the loop, unless a callback does it before. */
    void settleLater() {
        home.runAtEndOfTurn(this);
    }

    /** Tells the home how much memory this connection holds. That may be too much, and abort it or another one. */
    void account() {
        // What the kernel still has of a connection that is closing comes back in a moment, whatever anybody does.
        long bytes = mayBeAborted() ? writing.heldBytes() + inbound.heldBytes() + socket.heldBytes() : 0;
        if (bytes != accountedBytes) {
            long change = bytes - accountedBytes;
            accountedBytes = bytes;
            home.account().add(change);
        }
        followBudget();
    }

    /** How much memory this connection holds for bytes that are unsent or unread. */
    long heldBytes() {
        return accountedBytes + connection.handedOverBytes();
    }

    // ---- Ending ----

    void close(CloseReason reason) {
        if (isOpen()) {
            because(reason == CloseReason.CLOSED && peerFinished ? CloseReason.PEER_CLOSED : reason);
            state = state.moveTo(ConnectionState.FLUSHING);
            // What still arrives is read and dropped: closing with unread bytes would send a reset, and a peer that
            // sends
            // before it reads would never come to read.
            socket.resumeReceiving();
            if (!dispatching) {
                settleLater();
            }
        }
    }

    void abort(CloseReason reason) {
        if (mayBeAborted()) {
            cutShortBecause(reason);
            state = state.moveTo(ConnectionState.CLOSING);
            writing.discardUnsent();
            socket.abort();
            account();
            // What was received is released in settle() or onClosed(): a handler may be reading it at this moment.
        }
    }

    void shutdownOutput() {
        if (isOpen() && writing.end() && !dispatching) {
            settleLater();
        }
    }

    /** Everything was sent: our end of the stream follows, if it was asked for. */
    private void endOutput() {
        boolean closing = state == ConnectionState.FLUSHING;
        if (closing && peerFinished) {
            closeSocket();
            return;
        }
        writing.endOutput(closing);
        if (closing) {
            state = state.moveTo(ConnectionState.LINGERING);
            deadlines.onLingering();
        }
    }

    private void closeSocket() {
        state = state.moveTo(ConnectionState.CLOSING);
        socket.close();
    }

    private void because(CloseReason reason) {
        if (why == null) {
            why = reason;
        }
    }

    /** What keeps an orderly end from being delivered is the reason that counts. */
    private void cutShortBecause(CloseReason reason) {
        if (state == ConnectionState.FLUSHING && why.isOrderly()) {
            why = reason;
        }
        because(reason);
    }

    @Override
    public void onFailed(TransportException failure) {
        LOG.debug("{} failed.", connection, failure);
        cutShortBecause(CloseReason.of(failure));
        if (mayBeAborted()) {
            state = state.moveTo(ConnectionState.CLOSING);
        }
    }

    @Override
    public void onClosed() {
        state = ConnectionState.CLOSED;
        because(CloseReason.ABORTED);
        inbound.release();
        writing.release();
        account();
        try {
            handler.onClosed(connection, why);
        } catch (Throwable thrown) {
            home.onHandlerThrew(this, thrown);
        }
        home.remove(this, why);
    }

    // ---- Callbacks of the handler ----

    @FunctionalInterface
    private interface Callback {
        void tell(ConnectionHandler handler, Connection connection) throws Exception;
    }

    /** Tells the handler something, and then sends what it wrote. */
    private void dispatch(Callback callback) {
        boolean outer = dispatching;
        dispatching = true;
        try {
            callback.tell(handler, connection);
        } catch (Throwable thrown) {
            onHandlerThrew(thrown);
        } finally {
            dispatching = outer;
        }
        if (!outer) {
            settle();
        }
    }

    private void onHandlerThrew(Throwable thrown) {
        home.onHandlerThrew(this, thrown);
        close(CloseReason.HANDLER_FAILED);
    }

    // ---- What the home asks ----

    /** At the end of a turn in which something happened outside of a callback. */
    void onTurn() {
        if (resuming && !pauses.holdBack() && isOpen()) {
            resuming = false;
            ByteBuf kept = inbound.kept();
            if (kept != null) {
                offer(kept);
            }
            resumeSocket();
        }
        settle();
    }

    /** The server drains. A handler may say goodbye; then the connection ends as soon as nothing is owed to its peer. */
    void drain() {
        if (isOpen()) {
            dispatch(ConnectionHandler::onDrain);
        }
    }

    /** Ends at once. Returns whether something was cut off. */
    boolean endNow(CloseReason reason) {
        if (state == ConnectionState.LINGERING) {
            closeSocket();
            return false;
        }
        boolean cutOff = state.ordinal() < ConnectionState.LINGERING.ordinal();
        abort(reason);
        return cutOff;
    }

    /** Looks at the deadlines. */
    void onTick() {
        switch (state) {
            case OPEN -> {
                // A pause for the budget is no excuse: an unfinished frame is a part of what is too much.
                CloseReason overdue = deadlines.overdue(pauses.holdBack(), inbound.bytes() > 0);
                if (!abortIfStalled() && overdue != null) {
                    close(overdue);
                }
                // What the transport keeps in a pause, and a layer until it is complete, they do not tell.
                account();
            }
            case FLUSHING -> abortIfStalled();
            case LINGERING -> {
                if (deadlines.hasLingered()) {
                    closeSocket();
                }
            }
            default -> {
                // The transport is at it.
            }
        }
    }

    private boolean abortIfStalled() {
        boolean stalled = deadlines.isWriteStalled(!writing.isAllSent());
        if (stalled) {
            abort(CloseReason.WRITE_STALLED);
        }
        return stalled;
    }

    @Override
    public String toString() {
        return "connection(" + socket + ", " + state + (why == null ? "" : ", " + why) + ")";
    }
}
