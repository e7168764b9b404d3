package dev.tandem.transport;

import io.netty.channel.IoEventLoop;

/** Takes what a {@link Listener} accepts. */
public interface Acceptor {

    /**
     * How many more connections there is room for. An engine that can ask the kernel for many connections with one request
     * asks for one at a time when there is little room, because those that come at once cannot be stopped. Called on the
     * listener's loop.
     */
    default int room() {
        return Integer.MAX_VALUE;
    }

    /**
     * The loop on which the connection just accepted shall live. Called on the listener's loop. Either {@link #onAccepted}
     * or {@link #onLost} follows.
     */
    IoEventLoop chooseLoop();

    /**
     * A connection was accepted. Called on the loop that {@link #chooseLoop} chose. The socket receives nothing until
     * {@link StreamSocket#resumeReceiving} is called, and may be used during this call already.
     *
     * @return who is told what happens to the socket; {@code null} refuses the connection, and its peer sees a reset
     */
    SocketEvents onAccepted(StreamSocket socket);

    /**
     * The connection for which this loop was chosen was closed instead: the loop has ended, or could not take it. Called on
     * the listener's loop or on {@code chosen}.
     */
    default void onLost(IoEventLoop chosen) {}

    /**
     * Accepting failed. Called on the listener's loop. Failures of one connection are skipped and accepting goes on at
     * once; shortages (descriptors, memory) and what the next try would meet again make the listener wait, longer each time,
     * until it succeeds again.
     *
     * @param retryMillis how long the listener waits before it tries again; 0 if it goes on at once
     */
    void onAcceptFailed(TransportException why, long retryMillis);

    /** The listener has closed. Comes once and last. Called on the listener's loop. */
    void onListenerClosed();
}
