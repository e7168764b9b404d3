package dev.tandem.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/**
 * What arrives: records are opened from where the transport lends them, and what they held is lent on. Only what cannot be
 * opened yet is kept: a record that is not complete, or what came when the connection was paused. Memory follows what has
 * arrived, not what was announced.
 */
final class Incoming {

    /** So many records may follow each other without a byte for the application. */
    private static final int EMPTY_RECORDS_MAX = 32;

    private final TlsSocket secured;
    private final Handshake handshake;
    private final ByteBufAllocator allocator;

    private ByteBuf kept;
    private boolean anything;
    private int emptyRecords;
    private boolean closed;

    Incoming(TlsSocket secured, Handshake handshake, ByteBufAllocator allocator) {
        this.secured = secured;
        this.handshake = handshake;
        this.allocator = allocator;
    }

    /** Whether the peer has sent anything at all. */
    boolean hasBegun() {
        return anything;
    }

    /** Whether the peer has said that nothing more comes (close_notify). */
    boolean isClosed() {
        return closed;
    }

    /** Whether bytes are kept, complete records or not. */
    boolean isKeeping() {
        return kept != null;
    }

    int heldBytes() {
        return kept == null ? 0 : kept.capacity();
    }

    /** Opens what arrived as far as that is possible, and keeps the rest. */
    void take(ByteBuf loan) throws SSLException {
        anything = true;
        while (kept != null && loan.isReadable() && !isBlocked()) {
            // No more than one record is completed here: the others are opened where they are.
            kept.writeBytes(loan, Math.min(TlsRecord.missingBytes(kept), loan.readableBytes()));
            openKept();
        }
        if (kept == null) {
            openRecords(loan);
        }
        if (loan.isReadable() && secured.takesBytes()) {
            keep(loan);
        }
    }

    private void keep(ByteBuf in) {
        if (kept == null) {
            kept = allocator.directBuffer(in.readableBytes());
        } else {
            kept.discardReadBytes();
        }
        kept.writeBytes(in);
    }

    /** Opens what is kept, if that is possible now. */
    void openKept() throws SSLException {
        if (kept != null) {
            openRecords(kept);
        }
        if (kept != null && !kept.isReadable()) {
            release();
        }
    }

    private boolean isBlocked() {
        return !secured.mayOpen();
    }

    private void openRecords(ByteBuf in) throws SSLException {
        try {
            openWhileThereAreAny(in);
        } catch (RuntimeException | Error thrown) {
            // What was opened must not stay: the next connection of the loop would lend it as its own.
            discard();
            throw thrown;
        }
        deliver();
    }

    private void openWhileThereAreAny(ByteBuf in) throws SSLException {
        while (!isBlocked()) {
            if (secured.engine() == null) {
                TlsRecord.requireClientHello(in);
            }
            int bytes = TlsRecord.completeBytes(in);
            if (bytes == 0) {
                break;
            }
            if (secured.engine() != null || secured.begin()) {
                openRecord(in, bytes);
            }
        }
    }

    private void discard() {
        if (secured.engine() != null) {
            secured.engine().plaintext().discard();
        }
    }

    private void openRecord(ByteBuf in, int bytes) throws SSLException {
        RecordEngine engine = secured.engine();
        if (secured.isBeginning()) {
            handshake.count(bytes);
        } else if (TlsRecord.isHandshake(in) && engine.isTls12()) {
            throw new SSLException("it asked for a new handshake, which is refused");
        } else if (!engine.plaintext().hasRoom() || TlsRecord.mayBeAlert(in)) {
            // Before an alert, for an engine may close both directions with the word that the peer has finished:
            // what is answered to these bytes could not be sent then.
            deliver();
            if (isBlocked()) {
                return;
            }
        }
        onOpened(engine.open(in, bytes));
    }

    private void onOpened(SSLEngineResult result) throws SSLException {
        boolean last = result.getStatus() == SSLEngineResult.Status.CLOSED;
        if (!last && result.getStatus() != SSLEngineResult.Status.OK) {
            throw new SSLException("the engine answers a whole record with " + result.getStatus());
        }
        if (secured.isBeginning() && last) {
            throw new SSLException("it left during the handshake");
        }
        if (result.bytesProduced() > 0) {
            emptyRecords = 0;
        } else if (!secured.isBeginning() && ++emptyRecords > EMPTY_RECORDS_MAX) {
            throw new SSLException("it sent more than " + EMPTY_RECORDS_MAX + " records in a row without a byte");
        }
        secured.proceed(result.getHandshakeStatus());
        closed |= last;
    }

    /** Lends what was opened to those above, and then tells them if it was the last. */
    void deliver() {
        RecordEngine engine = secured.engine();
        if (engine != null && !engine.plaintext().isEmpty()) {
            try {
                secured.onOpened(engine.plaintext().lend());
            } finally {
                engine.plaintext().end();
            }
        }
        if (closed) {
            secured.onInputClosed();
        }
    }

    void release() {
        if (kept != null) {
            kept.release();
            kept = null;
        }
    }
}
