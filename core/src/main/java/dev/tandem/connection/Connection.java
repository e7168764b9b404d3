package dev.tandem.connection;

import dev.tandem.transport.PeerCredentials;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TlsSession;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection as its handler sees it. Lives on one event loop from beginning to end.
 *
 * <p>{@link #write}, {@link #close}, {@link #abort} and {@link #shutdownOutput} may be called from any thread and never
 * block; what one thread asks for happens in the order in which it asked. Everything else is for the thread of the loop.
 *
 * <p>Written bytes are copied, so a buffer passed to {@code write} stays the caller's. What a handler writes during a
 * callback is sent once, when the callback returns; what is written at other times is sent once per turn of the loop. While
 * more than {@link ConnectionLimits#outboundPauseBytes} wait to be sent nothing is read from the peer, so a handler that
 * only answers cannot be overrun; above {@link ConnectionLimits#outboundMaxBytes} the connection is closed.
 */
public final class Connection {

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    // Why nothing is read from the peer at present: any of these bits.
    private static final int PAUSED_BY_OUTBOUND = 1;
    private static final int PAUSED_BY_HANDLER = 1 << 1;
    private static final int PAUSED_BY_BUDGET = 1 << 2;

    private final LoopConnections home;
    private final StreamSocket socket;
    private final ConnectionHandler handler;
    private final Outbound outbound;
    private final Inbound inbound;
    private final Deadlines deadlines;

    private ConnectionState state = ConnectionState.OPEN;
    private CloseReason why;
    private int pauses;

    /** Those of the bits above that stop reading. */
    private int heeded = ~0;

    private boolean resuming;
    private boolean dispatching;
    private boolean peerFinished;
    private boolean outputEnding;
    private boolean outputEnded;

    /** Bytes that the handler has in a queue of its own; they count like those that were written. */
    private int queuedBytes;

    /** How much the home's account holds for this connection. */
    private long accountedBytes;

    /** Where the home keeps this connection; -1 when it does not. */
    int slot = -1;

    /** Whether the home will call {@link #onTurn} at the end of this turn. */
    boolean turnQueued;

    /** What other threads write. */
    private final HandOver handOver = new HandOver();

    private Connection(LoopConnections home, StreamSocket socket, ConnectionHandler handler) {
        this.home = home;
        this.socket = socket;
        this.handler = handler;
        this.outbound = new Outbound(home.allocator());
        this.inbound = new Inbound(home.allocator());
        this.deadlines = new Deadlines(home);
    }

    /**
     * Makes a connection of a socket just accepted or connected, tells the handler that it is open, and starts receiving.
     * Called on the socket's loop.
     *
     * @return who is to be told what happens to the socket
     */
    public static SocketEvents open(LoopConnections home, StreamSocket socket, ConnectionHandler handler) {
        return open(home, socket, handler, opened -> {});
    }

    /**
     * Makes a connection like {@link #open(LoopConnections, StreamSocket, ConnectionHandler)}.
     *
     * @param onOpened told of the connection, when its handler has been
     */
    public static SocketEvents open(
            LoopConnections home, StreamSocket socket, ConnectionHandler handler, Consumer<Connection> onOpened) {
        Connection connection = new Connection(home, socket, handler);
        home.add(connection);
        try {
            connection.dispatch(connection::tellOpened);
            onOpened.accept(connection);
            if (home.isDraining()) {
                connection.drain();
            }
            connection.resumeSocket();
        } catch (Throwable thrown) {
            home.onFailed(connection, thrown);
        }
        return connection.new Events();
    }

    // ---- What anybody may ask ----

    /** The loop this connection lives on. Timers and tasks of the connection belong there. */
    public EventLoop loop() {
        return home.loop();
    }

    /** What this connection shares with others of its loop. */
    public LoopConnections home() {
        return home;
    }

    /** Our address; {@code null} when the connection is closed. */
    public SocketAddress localAddress() {
        return socket.localAddress();
    }

    /**
     * The peer's address; {@code null} when the connection is closed. Behind a load balancer that names its clients, the
     * client's.
     */
    public SocketAddress remoteAddress() {
        return socket.remoteAddress();
    }

    /** The address of the load balancer that spoke for the peer; empty if none did. From any thread. */
    public Optional<SocketAddress> proxyAddress() {
        return socket.proxyAddress();
    }

    /** Who is at the other end; empty if this is no Unix domain socket, or closed. From any thread. */
    public Optional<PeerCredentials> peerCredentials() {
        return socket.peerCredentials();
    }

    /** What TLS has agreed upon with the peer, its certificates included; empty if the connection is not secured. */
    public Optional<TlsSession> tls() {
        return socket.tls();
    }

    /** Whether bytes written now will be sent: neither closed nor closing. */
    public boolean isOpen() {
        return state == ConnectionState.OPEN;
    }

    /**
     * Whether no more than {@link ConnectionLimits#outboundPauseBytes} wait to be sent. A handler that produces much should
     * stop when this is false and go on at {@link ConnectionHandler#onWritable}.
     */
    public boolean isWritable() {
        return unsentBytes() <= home.limits().outboundPauseBytes();
    }

    /**
     * Whether a handler should take another message from the bytes it was given: the connection is open, writable, and
     * reading is not paused. What a handler leaves unread because this is false is offered again when it is true, without
     * waiting for more to arrive; so it never holds more than one answer above the mark.
     */
    public boolean isReading() {
        boolean mayAnswer = isWritable() || (heeded & PAUSED_BY_OUTBOUND) == 0;
        return !isHeldBack() && state == ConnectionState.OPEN && mayAnswer;
    }

    /** Why it is closing or has ended; {@code null} while it is open. */
    public CloseReason closeReason() {
        return why;
    }

    /** How many bytes the kernel has not taken yet: of those written, and of those counted by {@link #countQueued}. */
    public int unsentBytes() {
        return (int) Math.min(Integer.MAX_VALUE, (long) outbound.bytes() + queuedBytes);
    }

    // ---- Writing ----

    /**
     * Writes the readable bytes, and reads them from {@code bytes} in doing so. On a connection that is closing they are
     * dropped. From any thread.
     *
     * @throws IllegalStateException if the output was shut down, on the thread of the loop; elsewhere the bytes are dropped
     */
    public void write(ByteBuf bytes) {
        int size = bytes.readableBytes();
        if (!home.loop().inEventLoop()) {
            if (mayHandOver(size)) {
                handOver(home.allocator().directBuffer(size).writeBytes(bytes));
            } else {
                bytes.skipBytes(size);
            }
        } else if (size == 0 || !acceptsWrites(size)) {
            bytes.skipBytes(size);
        } else if (home.lending().isFree(bytes) && outbound.forward(bytes)) {
            home.lending().take(this);
        } else {
            outbound.appendable(size).writeBytes(bytes);
            onAppended();
        }
    }

    /** Writes these bytes. Like {@link #write(ByteBuf)}. */
    public void write(byte[] bytes) {
        write(Unpooled.wrappedBuffer(bytes));
    }

    /**
     * Writes what {@code encoder} appends for {@code message}: directly behind what was written before, without a buffer in
     * between. If the encoder throws, nothing of the message is written. From any thread; the encoder runs on the caller's.
     *
     * @throws IllegalStateException if the output was shut down, on the thread of the loop; elsewhere the bytes are dropped
     */
    public <M> void write(M message, BiConsumer<? super M, ? super ByteBuf> encoder) {
        if (!home.loop().inEventLoop()) {
            ByteBuf bytes = home.allocator().directBuffer();
            try {
                encoder.accept(message, bytes);
            } catch (Throwable t) {
                bytes.release();
                throw t;
            }
            if (mayHandOver(bytes.readableBytes())) {
                handOver(bytes);
            } else {
                bytes.release();
            }
        } else if (acceptsWrites(0)) {
            ByteBuf out = outbound.appendable(0);
            int mark = out.writerIndex();
            try {
                encoder.accept(message, out);
            } catch (Throwable t) {
                out.writerIndex(mark);
                outbound.releaseIfUnused();
                throw t;
            }
            onAppended();
        }
    }

    /**
     * For a handler that keeps what it is going to write in a queue of its own and writes it bit by bit: says how many bytes
     * that queue holds now. They count like written ones, so that the limits apply to them: those of {@link #isWritable}, of
     * reading, of this connection and of the server.
     */
    public void countQueued(int bytes) {
        queuedBytes = bytes;
        int unsent = unsentBytes();
        if (unsent > home.limits().outboundMaxBytes()) {
            abort(CloseReason.OUTBOUND_OVERFLOW);
        } else if (unsent > home.limits().outboundPauseBytes()) {
            account();
            pause(PAUSED_BY_OUTBOUND);
        } else if ((pauses & PAUSED_BY_OUTBOUND) != 0) {
            home.runAtEndOfTurn(this);
        }
    }

    /**
     * The callback has returned: what its handler wrote of the loan is sent as it is, or copied after all.
     *
     * @return whether it was copied, and is still to be sent
     */
    private boolean sendForwarded() {
        ByteBuf forwarded = outbound.takeForwarded();
        if (forwarded == null || state == ConnectionState.CLOSING) {
            return false;
        }
        int bytes = forwarded.readableBytes();
        if (socket.sendLoan(forwarded)) {
            outbound.onLoanSent(bytes);
            deadlines.onSent();
            return false;
        }
        outbound.appendable(bytes).writeBytes(forwarded);
        return true;
    }

    private boolean acceptsWrites(int bytes) {
        if (outputEnding) {
            throw new IllegalStateException("The output was shut down: nothing can be written any more.");
        }
        if (state != ConnectionState.OPEN) {
            return false;
        }
        if ((long) unsentBytes() + bytes > home.limits().outboundMaxBytes()) {
            // Before copying, so that even one huge write holds no more memory than the bound.
            abort(CloseReason.OUTBOUND_OVERFLOW);
        } else if (!home.account().hasRoom(this, bytes)) {
            abort(CloseReason.BUDGET_EXCEEDED);
        }
        return state == ConnectionState.OPEN;
    }

    private void onAppended() {
        int unsent = unsentBytes();
        if (unsent > home.limits().outboundMaxBytes()) {
            abort(CloseReason.OUTBOUND_OVERFLOW);
            return;
        }
        if (!dispatching || unsent > home.limits().outboundPauseBytes()) {
            // Now and not when this connection settles, for many may be written to before the first of them does.
            account();
        }
        if (state != ConnectionState.OPEN) {
            return;
        }
        if (!dispatching) {
            if (unsent > home.limits().outboundPauseBytes()) {
                // Now and not at the end of the turn: some of it may have left by then, and whoever stops writing
                // because isWritable() is false waits for the onWritable() that ends this pause.
                pause(PAUSED_BY_OUTBOUND);
            }
            home.runAtEndOfTurn(this);
        } else if (unsent >= home.limits().outboundPauseBytes()) {
            // A long answer goes out while the rest of it is being made.
            flush();
        }
    }

    /** Reserves room for so many bytes from another thread. If there is none the connection is aborted. */
    private boolean mayHandOver(int bytes) {
        if (!home.account().fits(bytes)) {
            abort(CloseReason.BUDGET_EXCEEDED);
            return false;
        }
        boolean reserved = handOver.reserve(home, bytes);
        if (!reserved) {
            abort(CloseReason.OUTBOUND_OVERFLOW);
        }
        return reserved;
    }

    private void handOver(ByteBuf bytes) {
        handOver.run(home, bytes, handed -> {
            if (!outputEnding) {
                write(handed);
            }
        });
    }

    /** Hands what was written to the transport, unless it has something already. */
    private void flush() {
        if (state.ordinal() >= ConnectionState.LINGERING.ordinal()) {
            return;
        }
        ByteBuf next = outbound.nextToSend();
        if (next != null) {
            deadlines.onSent();
            socket.send(next);
        }
    }

    /** After every callback and at the end of a turn: sends, and goes on with what waited for that. */
    private void settle() {
        flush();
        if (outbound.isEmpty()) {
            endOutput();
        }
        if (state != ConnectionState.OPEN) {
            inbound.release();
        }
        int unsent = unsentBytes();
        if (unsent > home.limits().outboundPauseBytes()) {
            pause(PAUSED_BY_OUTBOUND);
        } else if ((pauses & PAUSED_BY_OUTBOUND) != 0 && unsent <= home.limits().outboundPauseBytes() / 2) {
            onDrained();
        }
        account();
    }

    private void onDrained() {
        resume(PAUSED_BY_OUTBOUND);
        if (state == ConnectionState.OPEN) {
            dispatch(() -> handler.onWritable(this));
        }
    }

    /** Tells the home how much memory this connection holds. That may be too much, and abort it or another one. */
    private void account() {
        // What the kernel still has of a connection that is closing comes back in a moment, whatever anybody does.
        long bytes = mayBeAborted() ? outbound.heldBytes() + queuedBytes + inbound.heldBytes() + socket.heldBytes() : 0;
        if (bytes != accountedBytes) {
            long change = bytes - accountedBytes;
            accountedBytes = bytes;
            home.account().add(change);
        }
        followBudget();
    }

    /** How much memory this connection holds for bytes that are unsent or unread. */
    long heldBytes() {
        return accountedBytes + handOver.waitingBytes();
    }

    /** Whether aborting it would make a difference: the transport is not closing it already. */
    boolean mayBeAborted() {
        return state.ordinal() < ConnectionState.CLOSING.ordinal();
    }

    // ---- Reading ----

    /**
     * Stops {@link ConnectionHandler#onBytes} until {@link #resumeReading}; the peer is stopped by TCP's flow control.
     */
    public void pauseReading() {
        pause(PAUSED_BY_HANDLER);
    }

    /** Goes on reading: bytes left unread are offered first. */
    public void resumeReading() {
        resume(PAUSED_BY_HANDLER);
    }

    /** Is read or not, as the budget wants it. */
    void followBudget() {
        if (home.account().mayBeRead(accountedBytes)) {
            resume(PAUSED_BY_BUDGET);
        } else {
            pause(PAUSED_BY_BUDGET);
        }
    }

    /**
     * Whether the handler gets nothing at present. A pause for the budget does not hold back what has arrived: the memory that
     * it needs is given back when it is read.
     */
    private boolean isHeldBack() {
        return (pauses & heeded & ~PAUSED_BY_BUDGET) != 0;
    }

    /**
     * From now on reading goes on while much waits to be sent. For a handler that passes on what it reads to another
     * connection: it stops reading when that one is not {@link #isWritable}. If it also stopped when this one is not, a peer
     * that reads only after it was read from would never go on.
     */
    public void readIndependently() {
        heeded = ~PAUSED_BY_OUTBOUND;
        if ((pauses & PAUSED_BY_OUTBOUND) != 0) {
            resuming = true;
            home.runAtEndOfTurn(this);
        }
    }

    private boolean isPaused() {
        return (pauses & heeded) != 0;
    }

    private void pause(int reason) {
        if (!isPaused() && (reason & heeded) != 0 && state == ConnectionState.OPEN) {
            socket.pauseReceiving();
        }
        pauses |= reason;
    }

    private void resume(int reason) {
        if ((pauses & reason) != 0) {
            pauses &= ~reason;
            // Not here: this may be a callback of the handler, and what was left unread must be offered first.
            resuming = true;
            home.runAtEndOfTurn(this);
        }
    }

    private void resumeSocket() {
        if (!isPaused() || state != ConnectionState.OPEN) {
            socket.resumeReceiving();
        }
    }

    private void offer(ByteBuf bytes) {
        int before = bytes.readableBytes();
        dispatching = true;
        try {
            handler.onBytes(this, bytes);
        } catch (Throwable thrown) {
            onHandlerThrew(thrown);
        } finally {
            dispatching = false;
        }
        if (state == ConnectionState.OPEN) {
            if (bytes.readableBytes() < before) {
                deadlines.onRead();
            }
            inbound.keepUnread(bytes);
            // What is unread because of a pause is not too much: nothing more is received until it was offered again.
            if (isReading() && inbound.bytes() > home.limits().inboundMaxBytes()) {
                close(CloseReason.FRAME_TOO_LARGE);
            }
        }
        Connection taker = home.lending().end();
        if (taker != null && taker.sendForwarded() && taker != this) {
            taker.onAppended();
        }
        settle();
    }

    // ---- Ending ----

    /** Closes after everything written before was delivered. From any thread. */
    public void close() {
        close(CloseReason.CLOSED);
    }

    /** Closes like {@link #close()}, for this reason. From any thread. */
    public void close(CloseReason reason) {
        if (!home.loop().inEventLoop()) {
            home.execute(() -> close(reason));
        } else if (state == ConnectionState.OPEN) {
            because(reason == CloseReason.CLOSED && peerFinished ? CloseReason.PEER_CLOSED : reason);
            state = state.moveTo(ConnectionState.FLUSHING);
            // What still arrives is read and dropped: closing with unread bytes would send a reset, and a peer that
            // sends
            // before it reads would never come to read.
            socket.resumeReceiving();
            if (!dispatching) {
                home.runAtEndOfTurn(this);
            }
        }
    }

    /** Closes at once: what was not sent is dropped, and the peer sees a reset. From any thread. */
    public void abort() {
        abort(CloseReason.ABORTED);
    }

    /** Aborts like {@link #abort()}, for this reason. From any thread. */
    public void abort(CloseReason reason) {
        if (!home.loop().inEventLoop()) {
            home.execute(() -> abort(reason));
        } else if (state.ordinal() < ConnectionState.CLOSING.ordinal()) {
            cutShortBecause(reason);
            state = state.moveTo(ConnectionState.CLOSING);
            outbound.discardUnsent();
            socket.abort();
            account();
            // What was received is released in settle() or onClosed(): a handler may be reading it at this moment.
        }
    }

    /**
     * Tells the peer that nothing more will be written, after everything written before was sent. Reading goes on. From any
     * thread.
     */
    public void shutdownOutput() {
        if (!home.loop().inEventLoop()) {
            home.execute(this::shutdownOutput);
        } else if (state == ConnectionState.OPEN && !outputEnding) {
            outputEnding = true;
            if (!dispatching) {
                home.runAtEndOfTurn(this);
            }
        }
    }

    /** Everything was sent: our end of the stream follows, if it was asked for. */
    private void endOutput() {
        boolean closing = state == ConnectionState.FLUSHING;
        if (closing && peerFinished) {
            closeSocket();
            return;
        }
        if ((closing || outputEnding) && !outputEnded && state.ordinal() < ConnectionState.CLOSING.ordinal()) {
            outputEnded = true;
            socket.shutdownOutput();
        }
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

    // ---- Callbacks of the handler ----

    @FunctionalInterface
    private interface Callback {
        void run() throws Exception;
    }

    /** Runs a callback of the handler and then sends what it wrote. */
    private void dispatch(Callback callback) {
        boolean outer = dispatching;
        dispatching = true;
        try {
            callback.run();
        } catch (Throwable thrown) {
            onHandlerThrew(thrown);
        } finally {
            dispatching = outer;
        }
        if (!outer) {
            settle();
        }
    }

    private void tellOpened() throws Exception {
        handler.onOpened(this);
    }

    private void tellAllSent() throws Exception {
        handler.onAllSent(this);
    }

    private void onHandlerThrew(Throwable thrown) {
        home.onHandlerThrew(this, thrown);
        close(CloseReason.HANDLER_FAILED);
    }

    // ---- The home's side ----

    /** At the end of a turn in which something happened outside of a callback. */
    void onTurn() {
        if (resuming && !isHeldBack() && state == ConnectionState.OPEN) {
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
        if (state == ConnectionState.OPEN) {
            dispatch(() -> handler.onDrain(this));
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
                CloseReason overdue = deadlines.overdue(isHeldBack(), inbound.bytes() > 0);
                if (!abortIfStalled() && overdue != null) {
                    close(overdue);
                }
                if (pauses != 0) {
                    // The transport keeps what arrives after a pause has begun, and does not tell.
                    account();
                }
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
        boolean stalled = deadlines.isWriteStalled(!outbound.isEmpty());
        if (stalled) {
            abort(CloseReason.WRITE_STALLED);
        }
        return stalled;
    }

    @Override
    public String toString() {
        return "connection(" + socket + ", " + state + (why == null ? "" : ", " + why) + ")";
    }

    /** The transport's side. */
    private final class Events implements SocketEvents {

        @Override
        public void onReceived(ByteBuf received) {
            home.countReceived(received.readableBytes());
            deadlines.onReceived(inbound.bytes() == 0);
            if (state == ConnectionState.OPEN) {
                ByteBuf bytes = inbound.join(received);
                if (bytes == received) {
                    home.lending().begin(received);
                }
                offer(bytes);
            }
        }

        @Override
        public void onReceiveEnd() {
            peerFinished = true;
            if (state == ConnectionState.OPEN) {
                dispatch(() -> handler.onPeerFinished(Connection.this));
            } else if (state == ConnectionState.LINGERING) {
                closeSocket();
            }
        }

        @Override
        public void onReceiveCut() {
            peerFinished = true;
            if (state == ConnectionState.OPEN) {
                close(CloseReason.TRUNCATED);
            } else if (state == ConnectionState.LINGERING) {
                closeSocket();
            }
        }

        @Override
        public void onSent(int bytes) {
            deadlines.onSent();
            home.countSent(bytes);
            outbound.onSent(bytes);
            if (outbound.isEmpty()) {
                dispatch(Connection.this::tellAllSent);
            } else {
                settle();
            }
        }

        @Override
        public void onFailed(TransportException failure) {
            LOG.debug("{} failed.", Connection.this, failure);
            cutShortBecause(reasonOf(failure));
            if (state.ordinal() < ConnectionState.CLOSING.ordinal()) {
                state = state.moveTo(ConnectionState.CLOSING);
            }
        }

        @Override
        public void onClosed() {
            state = ConnectionState.CLOSED;
            because(CloseReason.ABORTED);
            inbound.release();
            outbound.release();
            queuedBytes = 0;
            account();
            try {
                handler.onClosed(Connection.this, why);
            } catch (Throwable thrown) {
                home.onHandlerThrew(Connection.this, thrown);
            }
            home.remove(Connection.this, why);
        }

        private CloseReason reasonOf(TransportException failure) {
            return switch (failure.errno()) {
                case "ECONNRESET", "EPIPE", "ENOTCONN" -> CloseReason.PEER_RESET;
                case "EBADMSG" -> CloseReason.TLS_FAILED;
                default -> CloseReason.NETWORK_FAILED;
            };
        }
    }
}
