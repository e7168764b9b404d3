package dev.tandem.client;

import dev.tandem.connection.CloseReason;
import java.io.IOException;

/** A connection that was asked for was not made. The message says to where, and why. */
public final class ConnectFailedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final CloseReason reason;

    ConnectFailedException(CloseReason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /**
     * The reason in the words of connections: {@link CloseReason#CONNECT_FAILED}, {@link CloseReason#CONNECT_TIMEOUT}; if the
     * peer was there and a layer was not established, such as TLS, {@link CloseReason#HANDSHAKE_FAILED}, or {@link
     * CloseReason#PEER_RESET}; or {@link CloseReason#ABORTED} if the client was closed, or its loop has ended,
     * meanwhile.
     */
    public CloseReason reason() {
        return reason;
    }

    /** Nothing in the code that notices it is at fault, and it happens often: no stack trace is taken. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
