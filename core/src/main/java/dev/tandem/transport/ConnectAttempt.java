package dev.tandem.transport;

/** A connection on its way. */
public interface ConnectAttempt {

    /**
     * Gives the attempt up. {@link Connector#onConnectFailed} follows with {@code ECANCELED}, unless the outcome is known
     * already; then this does nothing. May be called from any thread.
     */
    void cancel();
}
