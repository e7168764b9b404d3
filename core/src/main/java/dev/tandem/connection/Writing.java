package dev.tandem.connection;

import dev.tandem.transport.StreamSocket;
import io.netty.buffer.ByteBuf;

/**
 * What is written on a connection, within its limits, until the transport has taken it. On the thread of the loop.
 */
final class Writing {

    private final Exchange exchange;
    private final LoopConnections home;
    private final StreamSocket socket;
    private final Outbound outbound;
    private final Deadlines deadlines;

    /** Bytes that the handler has in a queue of its own; they count like those that were written. */
    private int queuedBytes;

    private boolean ending;
    private boolean ended;

    Writing(Exchange exchange, LoopConnections home, StreamSocket socket, Deadlines deadlines) {
        this.exchange = exchange;
        this.home = home;
        this.socket = socket;
        this.outbound = new Outbound(home.spareBuffers());
        this.deadlines = deadlines;
    }

    // ---- How much waits ----

    /** How many bytes the kernel has not taken yet, and those in the handler's queue. */
    int unsentBytes() {
        return (int) Math.min(Integer.MAX_VALUE, (long) outbound.bytes() + queuedBytes);
    }

    /** How much memory they take. */
    long heldBytes() {
        return outbound.heldBytes() + queuedBytes;
    }

    /** Whether everything that was written is with the kernel. */
    boolean isAllSent() {
        return outbound.isEmpty();
    }

    /** Whether more waits than is good. */
    boolean isAboveMark() {
        return unsentBytes() > home.limits().outboundPauseBytes();
    }

    /** Whether so little waits that more is welcome. */
    boolean isWellBelowMark() {
        return unsentBytes() <= home.limits().outboundPauseBytes() / 2;
    }

    // ---- Writing ----

    void write(ByteBuf bytes) {
        int size = bytes.readableBytes();
        if (size == 0 || !accepts(size)) {
            bytes.skipBytes(size);
        } else if (home.lending().isFree(bytes) && outbound.forward(bytes)) {
            home.lending().take(this);
        } else {
            outbound.appendable(size).writeBytes(bytes);
            onAppended();
        }
    }

    <M> void write(M message, Encoder<? super M> encoder) {
        if (!accepts(0)) {
            return;
        }
        ByteBuf out = outbound.appendable(0);
        int mark = out.writerIndex();
        try {
            encoder.encode(message, out);
        } catch (Throwable t) {
            out.writerIndex(mark);
            outbound.releaseIfUnused();
            throw t;
        }
        onAppended();
    }

    /** What another thread wrote before the output was shut down, or too late. */
    void writeHandedOver(ByteBuf bytes) {
        if (!ending) {
            write(bytes);
        }
    }

    /** The handler holds so many bytes itself. */
    void countQueued(int bytes) {
        if (bytes == queuedBytes) {
            return;
        }
        queuedBytes = bytes;
        if (abortIfTooMuch(0)) {
            return;
        }
        if (isAboveMark()) {
            exchange.account();
            exchange.pause(Pauses.BY_OUTBOUND);
        } else if (exchange.isPaused(Pauses.BY_OUTBOUND)) {
            exchange.settleLater();
        }
    }

    private boolean accepts(int bytes) {
        if (ending) {
            throw new IllegalStateException("The output was shut down: nothing can be written any more.");
        }
        // Before copying, so that even one huge write holds no more memory than the bound.
        if (exchange.isOpen() && !abortIfTooMuch(bytes) && !home.account().hasRoom(exchange, bytes)) {
            exchange.abort(CloseReason.BUDGET_EXCEEDED);
        }
        return exchange.isOpen();
    }

    /** Aborts the connection if so many bytes more would be above its bound, and returns whether they are. */
    private boolean abortIfTooMuch(int bytes) {
        boolean tooMuch = (long) unsentBytes() + bytes > home.limits().outboundMaxBytes();
        if (tooMuch) {
            exchange.abort(CloseReason.OUTBOUND_OVERFLOW);
        }
        return tooMuch;
    }

    private void onAppended() {
        boolean settles = exchange.isDispatching();
        if (settles && unsentBytes() < home.limits().outboundPauseBytes() || abortIfTooMuch(0)) {
            return;
        }
        // Now and not when this connection settles, for many may be written to before the first of them does.
        exchange.account();
        if (!exchange.isOpen()) {
            return;
        }
        if (settles) {
            // A long answer goes out while the rest of it is being made.
            flush();
        } else {
            if (isAboveMark()) {
                // Now and not at the end of the turn: some of it may have left by then, and whoever stops writing
                // because isWritable() is false waits for the onWritable() that ends this pause.
                exchange.pause(Pauses.BY_OUTBOUND);
            }
            exchange.settleLater();
        }
    }

    // ---- Sending ----

    /** The handler to which a loan was offered has returned: what it wrote of it here is sent as it is, or copied after all. */
    void sendForwarded() {
        ByteBuf forwarded = outbound.takeForwarded();
        if (forwarded == null || !exchange.mayBeAborted()) {
            return;
        }
        int bytes = forwarded.readableBytes();
        if (socket.sendLoan(forwarded)) {
            outbound.onLoanSent(bytes);
            deadlines.onSent();
            if (isAboveMark()) {
                // Now, as in onAppended: this may be another connection than the one whose callback has returned.
                exchange.account();
                exchange.pause(Pauses.BY_OUTBOUND);
            }
        } else {
            outbound.appendable(bytes).writeBytes(forwarded);
            exchange.settleLater();
        }
    }

    /** Hands what was written to the transport, unless it has something already. */
    void flush() {
        ByteBuf next = outbound.nextToSend();
        if (next != null) {
            deadlines.onSent();
            socket.send(next);
        }
    }

    /** The kernel has taken so many bytes. */
    void onSent(int bytes) {
        deadlines.onSent();
        outbound.onSent(bytes);
    }

    // ---- Its end ----

    /** Nothing will be written any more. Returns false if that was known. */
    boolean end() {
        boolean first = !ending;
        ending = true;
        return first;
    }

    /** Everything was sent: our end of the stream follows if it was asked for, or if the connection closes. */
    void endOutput(boolean closing) {
        if ((closing || ending) && !ended) {
            ended = true;
            socket.shutdownOutput();
        }
    }

    /** Drops what the transport does not have. */
    void discardUnsent() {
        outbound.discardUnsent();
    }

    /** The transport is done with everything. */
    void release() {
        outbound.release();
        queuedBytes = 0;
    }
}
