package dev.tandem.transport;

import io.netty.buffer.ByteBuf;

/**
 * What happens to a {@link StreamSocket}, told on the thread of its loop. An exception from any of these methods but
 * {@link #onClosed} aborts the socket; it never reaches another one.
 */
public interface SocketEvents {

    /**
     * Bytes have arrived. They are a loan: the buffer and its memory belong to the transport again when this method
     * returns. Who wants to keep bytes copies them. Reading moves the reader index, which nobody looks at afterwards.
     */
    void onReceived(ByteBuf loan);

    /** The peer has finished sending (FIN), after all its bytes. Comes at most once. Sending still works. */
    void onReceiveEnd();

    /**
     * The peer's sending has ended without the word that it is complete, which TLS expects (RFC 8446, 6.1): bytes may be
     * missing, by accident or because somebody in between cut them off. Comes instead of {@link #onReceiveEnd}, and only
     * through a layer that can tell. Sending still works.
     */
    default void onReceiveCut() {
        onReceiveEnd();
    }

    /**
     * The kernel took {@code bytes} more bytes of the send in flight. The send is complete when the reports add up to what
     * was given; then the next send may be started, also from within this method.
     */
    void onSent(int bytes);

    /** The connection failed: the peer reset it, or the network gave up. {@link #onClosed} follows by itself. */
    void onFailed(TransportException why);

    /** The socket is closed, and everything that was lent to it is the caller's again. Comes exactly once, and last. */
    void onClosed();
}
