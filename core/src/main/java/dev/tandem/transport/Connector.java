package dev.tandem.transport;

/** Hears how an attempt to connect ends: one of its methods is called, once, on the loop of the attempt. */
public interface Connector {

    /**
     * The connection is made. The socket receives nothing until {@link StreamSocket#resumeReceiving} is called, and may be
     * used during this call already.
     *
     * @return who is told what happens to the socket; {@code null} gives the connection up, and its peer sees a reset
     */
    SocketEvents onConnected(StreamSocket socket);

    /**
     * The connection was not made: it was refused, nobody answered in time ({@code ETIMEDOUT}), or the attempt was cancelled
     * ({@code ECANCELED}). Nothing is left of it.
     */
    void onConnectFailed(TransportException why);
}
